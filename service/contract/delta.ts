import type { State } from './state.js';

export type Change = [path: string, value: unknown];

/** Any part of the state on the way along a path. */
export type StateNode = Record<string, unknown>;

/** Parts of the state that are not collections: there null is a value, not a removal. */
const records = new Set(['system', 'buses']);

/** Whether `null` at this path removes an entry of a collection. */
export function isEntry(keys: readonly string[]): boolean {
	return keys.length === 2 && !records.has(keys[0]!);
}

/**
 * A new state with the changes applied. Untouched branches keep their identity, so that elements can tell what to render
 * again. A change without a parent is ignored: a later snapshot corrects it.
 */
export function applyChanges(state: State, seq: number, changes: readonly Change[]): State {
	let next: StateNode = { ...state, seq };
	for (const [path, value] of changes) next = withValue(next, path.split('.'), 0, value);
	return next as unknown as State;
}

function withValue(node: StateNode, keys: string[], depth: number, value: unknown): StateNode {
	const key = keys[depth]!;
	const copy = { ...node };
	if (depth === keys.length - 1) {
		if (value === null && isEntry(keys)) delete copy[key];
		else copy[key] = value;
		return copy;
	}
	const child = node[key];
	if (typeof child !== 'object' || child === null || Array.isArray(child)) return node;
	copy[key] = withValue(child as StateNode, keys, depth + 1, value);
	return copy;
}
