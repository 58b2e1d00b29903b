/** In place of systemd: a socket that hears what a service says of itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../service.js';
import { until } from '../wait.js';

export class NotifySocket {
	/** Every assignment, in the order they came in. */
	readonly heard: string[] = [];
	readonly path: string;
	readonly #folder = mkdtempSync(join(tmpdir(), 'r58-notify-'));
	readonly #child: ChildProcess;
	#listening = false;

	private constructor() {
		this.path = join(this.#folder, 'socket');
		const program = join(root, 'test/tools/machine/notifySocket.py');
		this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', 'python3', program, this.path], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		createInterface({ input: this.#child.stdout! }).on('line', (line) => {
			if (this.#listening) this.heard.push(...(JSON.parse(line) as string).trim().split('\n'));
			this.#listening = true;
		});
	}

	static async open(): Promise<NotifySocket> {
		const socket = new NotifySocket();
		await until(() => socket.#listening, { what: 'the socket' });
		return socket;
	}

	count(assignment: string): number {
		return this.heard.filter((each) => each === assignment).length;
	}

	close(): void {
		this.#child.kill('SIGKILL');
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
