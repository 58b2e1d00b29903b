import { StudioError } from '../util/errors.js';

/** Which source has which mixer slot. */
export class Slots {
	#sources: (string | null)[];

	constructor(readonly total: number) {
		this.#sources = new Array<string | null>(total).fill(null);
	}

	get used(): number {
		return this.#sources.filter((source) => source !== null).length;
	}

	/** The slot of a source, taking the first free one if needed. Throws `no-slot`. */
	take(source: string): number {
		const known = this.#sources.indexOf(source);
		if (known >= 0) return known;
		const free = this.#sources.indexOf(null);
		if (free < 0)
			throw new StudioError(
				'no-slot',
				`all ${this.total} mixer inputs are in use; remove a source or guest first`,
				undefined,
				30,
			);
		this.#sources[free] = source;
		return free;
	}

	free(source: string): void {
		const slot = this.#sources.indexOf(source);
		if (slot >= 0) this.#sources[slot] = null;
	}

	slotOf = (source: string): number | undefined => {
		const slot = this.#sources.indexOf(source);
		return slot < 0 ? undefined : slot;
	};

	sourceOf(slot: number): string | null {
		return this.#sources[slot] ?? null;
	}
}
