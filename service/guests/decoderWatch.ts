import { decoderBehind } from '../contract/faultKinds.js';
import type { Faults } from '../faults/faults.js';

/** After this long without a loss the decoder counts as keeping up again. */
const WELL_MS = 10_000;
const code = 'guest-decoder';

/** Tells from the count of dropped packets whether a guest's decoder keeps up. */
export class DecoderWatch {
	#dropped = 0;
	#droppedAt: number | null = null;

	constructor(
		private readonly faults: Faults,
		private readonly guest: { id: string; name: string },
	) {}

	/** Takes the packets dropped so far and when they were counted. Returns the message, null once it is over, undefined when nothing has changed. */
	read(dropped: number, nowMs: number): string | null | undefined {
		if (dropped > this.#dropped) {
			this.#dropped = dropped;
			this.#droppedAt = nowMs;
			this.faults.raise({ code, subject: this.#subject, params: { name: this.guest.name, dropped } });
			return decoderBehind(dropped);
		}
		if (this.#droppedAt === null || nowMs - this.#droppedAt < WELL_MS) return undefined;
		this.end();
		return null;
	}

	/** The guest has left. */
	end(): void {
		this.#droppedAt = null;
		this.faults.clear(code, this.#subject);
	}

	get #subject(): string {
		return `guest ${this.guest.id}`;
	}
}
