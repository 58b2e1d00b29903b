import { StudioError } from '../util/errors.js';
import { secretFields } from './schema.js';
import { isTree } from './tree.js';

/** The values with `true` in place of every set secret. */
export function withoutSecrets(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutSecrets);
	if (!isTree(value)) return value;
	const shown = (key: string, inner: unknown) => (secretFields.includes(key) ? inner !== null || null : withoutSecrets(inner));
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(key, inner)]));
}

/**
 * A change in which `true` means a secret as shown: it stays as it is. List entries are matched by name. Throws `invalid` when
 * there is none to keep.
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
		const error = { field, message: 'true keeps the current value, but none is set' };
		throw new StudioError('invalid', `${field}: ${error.message}`, [error]);
	};
	return Object.fromEntries(Object.entries(change).map(([key, inner]) => [key, kept(key, inner)]));
}

/** Every secret that is set, for redaction. Of a webhook's address the part after the host, which may be one. */
export function secretsOf(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(secretsOf);
	if (!isTree(value)) return [];
	return Object.entries(value).flatMap(([key, inner]) => {
		if (typeof inner !== 'string') return secretsOf(inner);
		if (key === 'webhook') return [inner.slice(new URL(inner).origin.length + 1)];
		return secretFields.includes(key) ? [inner] : [];
	});
}
