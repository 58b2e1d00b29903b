/** A program of someone else that says JSON lines, for as long as its input stays open. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { needed } from './packages.js';
import { patienceMs, until } from './wait.js';

/** A line of aiortcPeer.py: pictures received, the state of its connection, or its session. */
interface Said {
	frames?: number;
	width?: number;
	height?: number;
	state?: string;
	location?: string;
}

export class Program {
	readonly said: Said[] = [];
	/** What was no JSON, newest last. */
	readonly text: string[] = [];
	readonly #child: ChildProcess;

	constructor(command: string, args: string[], env: Record<string, string> = {}) {
		this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', needed(command), ...args], { env: { ...process.env, ...env } });
		for (const stream of [this.#child.stdout!, this.#child.stderr!])
			createInterface({ input: stream }).on('line', (line) => {
				try {
					this.said.push(JSON.parse(line));
				} catch {
					this.text.push(line);
				}
			});
	}

	get pid(): number {
		return this.#child.pid!;
	}

	/** The first line that fits, also among those said already. */
	until(fits: (line: Said) => unknown, what: string, timeoutMs = patienceMs): Promise<Said> {
		return until(() => this.said.find(fits), { what, timeoutMs }).catch((error: Error) => {
			throw new Error(
				`${error.message}\n${[...this.said.map((line) => JSON.stringify(line)), ...this.text].slice(-20).join('\n')}`,
			);
		});
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Lets it end by itself. */
	finish(): void {
		this.#child.stdin!.end();
	}
}
