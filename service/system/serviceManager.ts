import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Log } from '../util/log.js';
import { programFolder } from '../util/program.js';

const helper = join(programFolder, 'systemd/build/r58-notify');

/**
 * The service manager that started this process, told by the protocol of sd_notify(3). Without one (NOTIFY_SOCKET is not set)
 * nothing is told. One helper is kept for all of it: a process for each message would hold up the event loop while it is made.
 */
export class ServiceManager {
	/** Without a sign of life for so long it kills the service; null when it does not watch. */
	readonly watchdogMs: number | null;
	readonly #socket: string | undefined;
	#helper: ChildProcess | undefined;

	/** Takes its variables out of the environment: none of the processes below may speak for the service. */
	constructor(
		private readonly log: Log,
		env: NodeJS.ProcessEnv = process.env,
	) {
		const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = env;
		for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
		this.#socket = socket;
		const watched = socket !== undefined && (pid === undefined || Number(pid) === process.pid);
		this.watchdogMs = watched && Number(microseconds) > 0 ? Number(microseconds) / 1000 : null;
	}

	get present(): boolean {
		return this.#socket !== undefined;
	}

	/** One assignment, like READY=1. */
	tell(assignment: string): void {
		if (this.#socket === undefined) return;
		this.#helper ??= this.#start(this.#socket);
		this.#helper.stdin!.write(`${assignment.replaceAll('\n', ' ')}\n`);
	}

	#start(socket: string): ChildProcess {
		const child = spawn(helper, { env: { NOTIFY_SOCKET: socket }, stdio: ['pipe', 'ignore', 'pipe'] });
		const gone = (why: string): void => {
			if (this.#helper !== child) return;
			this.#helper = undefined;
			this.log.onceASecond('service manager').warn(`the service manager cannot be told: ${why}`);
		};
		child.stderr!.setEncoding('utf8').on('data', (text: string) => gone(text.trim()));
		child.stdin!.on('error', (error) => gone(error.message));
		child.on('error', (error) => gone(error.message));
		child.on('exit', (code, signal) => gone(`its helper ended with ${signal ?? code}`));
		child.unref();
		return child;
	}
}
