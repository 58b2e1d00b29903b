import { execFile } from 'node:child_process';

export interface CommandOptions {
	timeoutMs?: number;
	maxBytes?: number;
	env?: NodeJS.ProcessEnv;
}

/** A program's output. Throws the reason if there is none; bounded in time and size, with nice 10 because the show comes first. */
export function output(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
	const { timeoutMs = 5000, maxBytes = 4 * 1024 * 1024, env = process.env } = options;
	const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxBytes, env: { ...env, LC_ALL: 'C' } } as const;
	return new Promise((resolve, reject) => {
		execFile('nice', ['-n', '10', program, ...args], limits, (error, stdout, stderr) => {
			if (!error) return resolve(stdout);
			// nice(1) exits with this when the program does not exist.
			if (error.code === 127) return reject(new Error(`${program} is not installed`));
			if (error.killed) return reject(new Error(`${program} took longer than ${timeoutMs / 1000} s`));
			reject(new Error(`${program}: ${stderr.trim().split('\n').at(-1) || `exit code ${error.code}`}`));
		});
	});
}
