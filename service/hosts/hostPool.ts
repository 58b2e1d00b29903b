import { guestWarmUp } from '../../pipelines/guestSource.js';
import type { HostRole } from '../../pipelines/protocol.js';
import { firstEvent } from '../util/firstEvent.js';
import type { Log } from '../util/log.js';
import { HostProcess } from './hostProcess.js';

/** If the registry takes longer, every process makes its own. */
const WARM_TIMEOUT_MS = 30_000;

/** Idle processes held ready; each owns about 22 MB. */
const SPARES = 3;
/**
 * So many of them are not for sources and recorders: a lost source's last picture stays, a recorder reads what it missed. When
 * another host is away everybody sees it.
 */
const KEPT = 2;
const PATIENT: readonly (HostRole | undefined)[] = ['source', 'recorder', undefined];
/** From the last one taken to the next one made: that one needs the processor first. */
const REFILL_MS = 1_000;

/**
 * Keeps idle host processes warm, so that a guest who joins or a host that died does not wait for a process to start (about
 * 150 ms, and ten times that when many die at once). Hands out fresh processes otherwise.
 */
export class HostPool {
	readonly #spares: HostProcess[] = [];
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

	/** Spares that can be had. One that is warming up would keep its taker waiting for that: longer than a new process takes. */
	get idle(): HostProcess[] {
		return this.#spares.filter((spare) => spare.idle);
	}

	/** `role` is what it will do; none: something is tried out. */
	take(role?: HostRole): HostProcess {
		const left = PATIENT.includes(role) ? KEPT : 0;
		const host = (this.#spares.length > left ? this.idle[0] : undefined) ?? this.#spawn();
		this.#forget(host);
		this.#refillLater();
		return host;
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#refill);
		await Promise.all(this.#spares.map((spare) => spare.stop()));
	}

	async #fillAndWait(): Promise<void> {
		await firstEvent(this.#fill(), ['idle', 'end'], WARM_TIMEOUT_MS);
	}

	/** One after the other. */
	#refillLater(): void {
		clearTimeout(this.#refill);
		if (this.#closed || this.#spares.length >= SPARES) return;
		this.#refill = setTimeout(() => {
			this.#fill().warm(guestWarmUp());
			this.#refillLater();
		}, REFILL_MS);
	}

	#fill(): HostProcess {
		const spare = this.#spawn();
		this.#spares.push(spare);
		spare.once('end', () => this.#forget(spare));
		return spare;
	}

	#forget(spare: HostProcess): void {
		const at = this.#spares.indexOf(spare);
		if (at >= 0) this.#spares.splice(at, 1);
	}

	#spawn(): HostProcess {
		return new HostProcess(this.env, (line) => this.log.debug({ host: true }, line));
	}
}
