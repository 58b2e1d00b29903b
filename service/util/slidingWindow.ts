import { type Bounded, BoundedMap } from './boundedMap.js';

/** Beyond this the key that was quiet longest is forgotten. */
const keysKept = 4096;

/** Limits how often each key does something within a window. */
export class SlidingWindow {
	#times = new BoundedMap<string, number[]>(keysKept);

	constructor(
		private readonly windowMs: number,
		private readonly most: number,
	) {}

	get keys(): Bounded {
		return this.#times;
	}

	/** Ms until `key` may do it again; 0 = now. */
	waitMs(key: string, now = Date.now()): number {
		const times = this.#recent(key, now);
		return times.length < this.most ? 0 : times[0]! + this.windowMs - now;
	}

	add(key: string, now = Date.now()): void {
		this.#times.set(key, [...this.#recent(key, now), now].slice(-this.most));
	}

	/** Call it now and then. */
	sweep(now = Date.now()): void {
		for (const [key, times] of this.#times) if (times.at(-1)! <= now - this.windowMs) this.#times.delete(key);
	}

	forget(key: string): void {
		this.#times.delete(key);
	}

	#recent(key: string, now: number): number[] {
		return (this.#times.get(key) ?? []).filter((time) => time > now - this.windowMs);
	}
}
