/** What was seen within the last `windowMs`, both ends included, oldest first. */
export class Recent<T extends { at: number }> {
	#entries: T[] = [];

	constructor(private readonly windowMs: number) {}

	/** As of the last `add`. */
	get entries(): readonly T[] {
		return this.#entries;
	}

	add(entry: T): readonly T[] {
		this.#entries = [...this.within(entry.at), entry];
		return this.#entries;
	}

	within(now: number): T[] {
		return this.#entries.filter(({ at }) => at >= now - this.windowMs);
	}
}
