import { StudioError } from '../util/errors.js';
import { secretFields } from './schema.js';

type Tree = Record<string, unknown>;

/** The values with `true` in place of every secret that is set. */
export function withoutSecrets(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutSecrets);
	if (!isTree(value)) return value;
	const shown = (key: string, inner: unknown) => (secretFields.includes(key) ? inner !== null || null : withoutSecrets(inner));
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(key, inner)]));
}

/**
 * A change as it comes back from who was shown `true` for a secret: it stays as it is. List entries are found by their name.
 * Throws `invalid` when there is none to keep.
 */
export function keepSecrets(change: unknown, known: unknown, path: string[] = []): unknown {
	if (Array.isArray(change)) {
		const entries = Array.isArray(known) ? known : [];
		const same = (entry: unknown) => entries.find((other) => isTree(entry) && isTree(other) && entry.name === other.name);
		return change.map((entry, index) => keepSecrets(entry, same(entry), [...path, String(index)]));
	}
	if (!isTree(change)) return change;
	const kept = (key: string, inner: unknown) => {
		const before = isTree(known) ? known[key] : undefined;
		if (!secretFields.includes(key) || inner !== true) return keepSecrets(inner, before, [...path, key]);
		if (typeof before === 'string') return before;
		const field = [...path, key].join('.');
		const problem = { field, message: 'true keeps the value that is set, but none is' };
		throw new StudioError('invalid', `${field}: ${problem.message}`, [problem]);
	};
	return Object.fromEntries(Object.entries(change).map(([key, inner]) => [key, kept(key, inner)]));
}

/** Every secret that is set, for who takes them out of text. Of a webhook's address what is behind the host: it may be one. */
export function secretsOf(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(secretsOf);
	if (!isTree(value)) return [];
	return Object.entries(value).flatMap(([key, inner]) => {
		if (typeof inner !== 'string') return secretsOf(inner);
		if (key === 'webhook') return [inner.slice(new URL(inner).origin.length + 1)];
		return secretFields.includes(key) ? [inner] : [];
	});
}

function isTree(value: unknown): value is Tree {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
