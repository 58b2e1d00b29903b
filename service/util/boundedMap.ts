/** What is kept of something that clients can make more of, for the metrics. */
export interface Bounded {
	readonly size: number;
	/** Never more than these. */
	readonly most: number;
	/** Given up before their time, for others. */
	readonly forgotten: number;
}

/** By what they hold. */
export type Tables = Record<string, Bounded>;

/** Of each owner, what it keeps that clients can make more of. */
export type TableList = (() => Tables)[];

/** A map of so many entries at most: beyond that the one that was set longest ago is forgotten. */
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
