import { doublingMs } from '../util/backoff.js';

interface Failures {
	count: number;
	at: number;
	/** No attempt is allowed before this time. */
	until: number;
}

export interface FailuresOptions {
	/** Failures before the first wait. */
	free: number;
	firstDelayMs: number;
	longestDelayMs: number;
	/** Cap for those counted together when the table is full. */
	longestSharedMs: number;
	/** Maximum number of entries. */
	most: number;
}

/** A key without another failure for this long starts afresh. */
const forgetMs = 60 * 60_000;
/** Share of the table that is freed at once when it is full: scanning it for every entry would cost more. */
const freedAtOnce = 1 / 16;

/**
 * Failed attempts by key. A full table forgets the keys with the fewest failures, never one that still waits; when all of them
 * wait, new keys are counted together.
 */
export class FailureTable {
	#entries = new Map<string, Failures>();
	#shared: Failures | undefined;
	/** Dropped early to make room. */
	forgotten = 0;

	constructor(private readonly o: FailuresOptions) {}

	get size(): number {
		return this.#entries.size;
	}

	get most(): number {
		return this.o.most;
	}

	waiting(now: number): number {
		return [...this.#entries.values()].filter(({ until }) => until > now).length;
	}

	/** When `key` may try again; in the past when it may now. */
	until(key: string, now: number): number {
		const found = this.#found(key, now);
		if (found) return found.until;
		return this.#shared !== undefined && this.#full(now) ? this.#shared.until : 0;
	}

	count(key: string, now: number): void {
		const before = this.#found(key, now);
		if (before === undefined && this.#full(now)) {
			this.#shared = this.#next(this.#shared, now, this.o.longestSharedMs);
			return;
		}
		this.#entries.delete(key);
		this.#entries.set(key, this.#next(before, now, this.o.longestDelayMs));
	}

	/** One attempt was right after all. */
	takeBack(key: string): void {
		const found = this.#entries.get(key);
		if (found) this.#entries.set(key, { ...found, count: found.count - 1, until: 0 });
		else if (this.#shared) this.#shared = { ...this.#shared, count: this.#shared.count - 1, until: 0 };
	}

	forget(key: string): void {
		this.#entries.delete(key);
	}

	#next(before: Failures | undefined, now: number, longestMs: number): Failures {
		const { free, firstDelayMs } = this.o;
		const count = (before?.count ?? 0) + 1;
		const delayMs = doublingMs(count - free + 1, { firstMs: firstDelayMs, capMs: longestMs });
		return { count, at: now, until: now + delayMs };
	}

	#found(key: string, now: number): Failures | undefined {
		const found = this.#entries.get(key);
		if (found === undefined || !isOver(found, now)) return found;
		this.#entries.delete(key);
		return undefined;
	}

	/** Whether no entry can be freed. */
	#full(now: number): boolean {
		if (this.#entries.size < this.o.most) return false;
		for (const [key, failures] of this.#entries) if (isOver(failures, now)) this.#entries.delete(key);
		if (this.#entries.size < this.o.most) return false;
		const idle = [...this.#entries].filter(([, { until }]) => until <= now);
		// Oldest first among equals: the order of insertion.
		idle.sort(([, a], [, b]) => a.count - b.count);
		for (const [key] of idle.slice(0, Math.ceil(this.o.most * freedAtOnce))) {
			this.#entries.delete(key);
			this.forgotten += 1;
		}
		return idle.length === 0;
	}
}

function isOver({ at, until }: Failures, now: number): boolean {
	return now - Math.max(at, until) >= forgetMs;
}
