/** A table that clients can grow, for the metrics. */
export interface Bounded {
	readonly size: number;
	/** The maximum size. */
	readonly most: number;
	/** Dropped early to make room. */
	readonly forgotten: number;
}

/** By content. */
export type Tables = Record<string, Bounded>;

/** The growing tables of each owner. */
export type TableList = (() => Tables)[];

/** A map with a maximum size: beyond it the entry that was set longest ago is dropped. */
export class BoundedMap<K, V> extends Map<K, V> implements Bounded {
	forgotten = 0;

	constructor(
		readonly most: number,
		private readonly onForget: (value: V) => void = () => undefined,
	) {
		super();
	}

	override set(key: K, value: V): this {
		this.delete(key);
		super.set(key, value);
		if (this.size > this.most) {
			const [oldest, lost] = this.entries().next().value!;
			this.delete(oldest);
			this.forgotten += 1;
			this.onForget(lost);
		}
		return this;
	}
}
