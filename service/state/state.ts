import { isDeepStrictEqual } from 'node:util';
import { type Change, isEntry, type StateNode } from '../contract/delta.js';
import type { State } from '../contract/state.js';
import type { System } from '../contract/system.js';

/** Only owners write, through their handles. */
type DeepReadonly<T> = T extends (infer E)[]
	? DeepReadonly<E>[]
	: T extends object
		? { readonly [K in keyof T]: DeepReadonly<T[K]> }
		: T;
export type ChangeListener = (seq: number, changes: Change[]) => void;

/** The parts of `system` that change while the service runs; the rest is fixed at the start. */
type Owned = Exclude<keyof System, 'version' | 'startedAt' | 'canvas'>;
/** Collections of the state: entries by id. */
type CollectionName = Exclude<keyof State, 'seq' | 'buses' | 'faults' | 'system'>;
type Write = (keys: string[], value: unknown) => void;

/** One collection of the state, and the only way to change it. Equal values are no change. */
export class Collection<Entry extends object> {
	constructor(
		private readonly name: CollectionName,
		private readonly write: Write,
	) {}

	put(id: string, entry: Entry): void {
		this.write([this.name, id], entry);
	}

	/** No effect on an entry that does not exist. */
	patch(id: string, patch: Partial<Entry>): void {
		for (const [key, value] of Object.entries(patch)) this.write([this.name, id, key], value);
	}

	remove(id: string): void {
		this.write([this.name, id], null);
	}
}

/**
 * The whole state of the show. Owners write their part through typed handles; listeners get the changed paths, batched per turn
 * of the event loop, so that a request with five changes is one delta.
 */
export class LiveState {
	#state: State;
	#pending = new Map<string, unknown>();
	#listeners = new Set<ChangeListener>();
	#owned = new Set<string>();
	readonly #write: Write = (keys, value) => this.#set(keys, value);

	readonly sources = new Collection<State['sources'][string]>('sources', this.#write);
	readonly guests = new Collection<State['guests'][string]>('guests', this.#write);
	readonly door = new Collection<State['door'][string]>('door', this.#write);
	readonly removed = new Collection<State['removed'][string]>('removed', this.#write);
	readonly scenes = new Collection<State['scenes'][string]>('scenes', this.#write);
	readonly audio = new Collection<State['audio'][string]>('audio', this.#write);
	readonly recordings = new Collection<State['recordings'][string]>('recordings', this.#write);
	readonly targets = new Collection<State['targets'][string]>('targets', this.#write);
	readonly streamers = new Collection<State['streamers'][string]>('streamers', this.#write);
	readonly encoders = new Collection<State['encoders'][string]>('encoders', this.#write);

	constructor(initial: Omit<State, 'seq'>) {
		this.#state = { seq: 0, ...structuredClone(initial) };
	}

	/** Read-only view; valid until the next change. */
	get current(): DeepReadonly<State> {
		return this.#state;
	}

	patchBuses(patch: Partial<State['buses']>): void {
		for (const [key, value] of Object.entries(patch)) this.#set(['buses', key], value);
	}

	setFaults(faults: State['faults']): void {
		this.#set(['faults'], faults);
	}

	/** The write handle for a part of `system`. Throws when it already has an owner. */
	own<Part extends Owned>(part: Part): (value: System[Part]) => void {
		if (this.#owned.has(part)) throw new Error(`system.${part} already has an owner`);
		this.#owned.add(part);
		return (value) => this.#set(['system', part], value);
	}

	/** A copy with the sequence number that the next delta follows. Flushes first, so that nothing is sent twice. */
	snapshot(): State {
		this.#flush();
		return structuredClone(this.#state);
	}

	/** Calls `listener` with every delta until the returned function is called. */
	onChange(listener: ChangeListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** `null` or `undefined` removes an entry of a collection. */
	#set(keys: string[], value: unknown): void {
		const last = keys.at(-1)!;
		let node = this.#state as unknown as StateNode;
		for (const key of keys.slice(0, -1)) {
			const next = node[key];
			if (typeof next !== 'object' || next === null) return;
			node = next as StateNode;
		}
		if (isDeepStrictEqual(node[last], value)) return;
		if (isEntry(keys) && (value === null || value === undefined)) {
			if (!(last in node)) return;
			delete node[last];
		} else {
			node[last] = structuredClone(value);
		}
		const path = keys.join('.');
		if (this.#pending.size === 0) queueMicrotask(() => this.#flush());
		this.#pending.delete(path);
		this.#pending.set(path, value ?? null);
	}

	#flush(): void {
		if (this.#pending.size === 0) return;
		const changes = [...this.#pending] as Change[];
		this.#pending.clear();
		this.#state.seq += 1;
		for (const listener of this.#listeners) listener(this.#state.seq, changes);
	}
}
