import { isDeepStrictEqual } from 'node:util';
import { type Change, isEntry } from '../contract/delta.js';
import type { State } from '../contract/state.js';

export type ChangeListener = (seq: number, changes: Change[]) => void;

/**
 * The whole state of the show, in one place. Owners write their part with `set`; listeners get the changed paths, batched
 * per turn of the event loop, so a request that changes five things is one delta.
 */
export class LiveState {
	#state: State;
	#pending = new Map<string, unknown>();
	#listeners = new Set<ChangeListener>();

	constructor(initial: Omit<State, 'seq'>) {
		this.#state = { seq: 0, ...structuredClone(initial) };
	}

	/** Read-only view; valid until the next `set`. */
	get current(): Readonly<State> {
		return this.#state;
	}

	/** A copy with the sequence number that the next delta follows. Flushes first, so that nothing is sent twice. */
	snapshot(): State {
		this.#flush();
		return structuredClone(this.#state);
	}

	/** Writes one value; `null` or `undefined` removes an entry of a collection. Equal values are no change. */
	set(path: string, value: unknown): void {
		const keys = path.split('.');
		const last = keys.pop()!;
		let node = this.#state as unknown as Record<string, unknown>;
		for (const key of keys) {
			const next = node[key];
			if (typeof next !== 'object' || next === null) return;
			node = next as Record<string, unknown>;
		}
		if (isDeepStrictEqual(node[last], value)) return;
		if (isEntry([...keys, last]) && (value === null || value === undefined)) {
			if (!(last in node)) return;
			delete node[last];
		} else {
			node[last] = structuredClone(value);
		}
		if (this.#pending.size === 0) queueMicrotask(() => this.#flush());
		this.#pending.delete(path);
		this.#pending.set(path, value ?? null);
	}

	/** Calls `listener` with every delta until the returned function is called. */
	onChange(listener: ChangeListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#flush(): void {
		if (this.#pending.size === 0) return;
		const changes = [...this.#pending] as Change[];
		this.#pending.clear();
		this.#state.seq += 1;
		for (const listener of this.#listeners) listener(this.#state.seq, changes);
	}
}
