import { guestWarmUp } from '../../pipelines/guestSource.js';
import { firstEvent } from '../util/firstEvent.js';
import type { Log } from '../util/log.js';
import { HostProcess } from './hostProcess.js';

/** If the registry takes longer, every process makes its own. */
const WARM_TIMEOUT_MS = 30_000;

/**
 * Keeps one idle host process warm, so that a guest who joins or a source that died does not wait for a process to start
 * (about 150 ms). Hands out fresh processes otherwise.
 */
export class HostPool {
	#spare: HostProcess | undefined;
	#warm: Promise<void> | undefined;
	#closed = false;
	#refill: NodeJS.Timeout | undefined;

	constructor(
		private readonly env: NodeJS.ProcessEnv,
		private readonly log: Log,
	) {}

	/**
	 * Waits until the first process has loaded GStreamer. On a machine's very first start that process makes the registry of
	 * plugins (seconds); ten processes at once would each make it.
	 */
	warm(): Promise<void> {
		this.#warm ??= this.#fillAndWait();
		return this.#warm;
	}

	take(): HostProcess {
		const spare = this.#spare?.ended ? undefined : this.#spare;
		// One that is warming up would keep its taker waiting for that: longer than a new process takes.
		if (spare && !spare.idle) return this.#spawn();
		const host = spare ?? this.#spawn();
		this.#spare = undefined;
		clearTimeout(this.#refill);
		// Not at once: the one just taken needs the processor now.
		if (!this.#closed) this.#refill = setTimeout(() => this.#fill().warm(guestWarmUp()), 1_000);
		return host;
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#refill);
		await this.#spare?.stop();
	}

	async #fillAndWait(): Promise<void> {
		await firstEvent(this.#fill(), ['idle', 'end'], WARM_TIMEOUT_MS);
	}

	#fill(): HostProcess {
		const spare = this.#spawn();
		this.#spare = spare;
		spare.once('end', () => {
			if (this.#spare === spare) this.#spare = undefined;
		});
		return spare;
	}

	#spawn(): HostProcess {
		return new HostProcess(this.env, (line) => this.log.debug({ host: true }, line));
	}
}
