import { execFile } from 'node:child_process';
import type { Figure, Probe } from './figures.js';
import type { MachineFiles } from './files.js';

const askEveryMs = 5 * 60_000;
const timeoutMs = 2000;

/** Whether the system clock is synchronised. systemd-timesyncd leaves a file; others are asked every five minutes. */
export class Clock implements Probe {
	#asked = Number.NEGATIVE_INFINITY;
	#answer: boolean | null = null;

	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		const synchronised = (await this.files.text('/run/systemd/timesync/synchronized')) !== null || (await this.#timedatectl());
		return synchronised === null ? [] : [{ group: 'clock', name: 'synchronised', value: Number(synchronised) }];
	}

	/** Null when unknown. It starts a process and wakes a service, so it runs rarely. */
	async #timedatectl(): Promise<boolean | null> {
		// Not for a simulated machine.
		if (this.files.root !== '/') return null;
		if (performance.now() - this.#asked > askEveryMs) {
			this.#asked = performance.now();
			this.#answer = await ask();
		}
		return this.#answer;
	}
}

function ask(): Promise<boolean | null> {
	return new Promise((resolve) => {
		const args = ['show', '--property=NTPSynchronized', '--value'];
		execFile('timedatectl', args, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout) => {
			const answer = stdout.trim();
			resolve(error || (answer !== 'yes' && answer !== 'no') ? null : answer === 'yes');
		});
	});
}
