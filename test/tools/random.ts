/** Random numbers that a seed repeats (mulberry32, public domain). */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** 0 ≤ x < 1 */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	between(low: number, high: number): number {
		return low + (high - low) * this.next();
	}

	/** The same entries in another order. */
	shuffled<T>(list: readonly T[]): T[] {
		const rest = [...list];
		for (let i = rest.length - 1; i > 0; i--) {
			const j = Math.floor(this.next() * (i + 1));
			[rest[i], rest[j]] = [rest[j]!, rest[i]!];
		}
		return rest;
	}
}
