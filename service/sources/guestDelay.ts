/** The delay range of guests and RTP, for picture and sound, ms. RTP is included because Opus packets may be up to 120 ms long. */
const leastMs = 40;
const mostMs = 200;
const firstMs = 60;
const marginMs = 5;
/** Less delay skips a bit of sound, so it is reduced in steps, and only when the line has stayed well below for a while. */
const stepMs = 10;
const calmMs = 10_000;

/** A delay that follows the lateness of a source's picture and sound: up at once, down slowly. */
export class GuestDelay {
	#ms = firstMs;
	#settledAt = 0;

	/** The delay to use, in ms. `lateMs`: the lateness that 99 of 100 buffers did not exceed lately; `now` in ms. */
	next(lateMs: number, now: number): number {
		const needed = Math.ceil(Math.min(Math.max(lateMs + marginMs, leastMs), mostMs));
		if (needed > this.#ms) {
			this.#ms = needed;
			this.#settledAt = now;
		} else if (needed > this.#ms - stepMs) {
			this.#settledAt = now;
		} else if (now - this.#settledAt >= calmMs) {
			this.#ms -= stepMs;
			this.#settledAt = now;
		}
		return this.#ms;
	}

	get ms(): number {
		return this.#ms;
	}
}
