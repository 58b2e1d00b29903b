import { StudioError } from '../util/errors.js';
import { secretFields } from './schema.js';

type Tree = Record<string, unknown>;

/** Fields that say where the secrets beside them are sent, or to whom what is signed with them. */
const destinationFields = ['urls', 'apiUrl', 'webhook'];

/** What of `now` is sent to that was not sent to `before`. */
export function newDestinations(now: unknown, before: unknown): string[] {
	const known = destinationsOf(before);
	return destinationsOf(now).filter((destination) => !known.includes(destination));
}

/**
 * A secret is shown to nobody, and goes on to where it was meant for alone: whoever names another address types it again. Else
 * a stolen session would have it sent to a server of the thief's. `change` is what was asked for, which made `now` of `before`.
 * Throws `invalid` naming the secret's field.
 */
export function checkDestinations(now: unknown, before: unknown, change: unknown, path: string[] = []): void {
	if (Array.isArray(now)) {
		const known = Array.isArray(before) ? before : [];
		const asked = Array.isArray(change) ? change : [];
		now.forEach((entry: unknown, index) => {
			const same = known.find((other) => isTree(entry) && isTree(other) && entry.name === other.name);
			checkDestinations(entry, same, asked[index], [...path, String(index)]);
		});
		return;
	}
	if (!isTree(now)) return;
	const [destination] = newDestinations(now, before);
	for (const [key, value] of Object.entries(now)) {
		const given = isTree(change) ? change[key] : undefined;
		checkDestinations(value, isTree(before) ? before[key] : undefined, given, [...path, key]);
		if (destination === undefined || !secretFields.includes(key) || value === null || typeof given === 'string') continue;
		const field = [...path, key].join('.');
		const message = `type it again: it was not entered for ${destination}`;
		throw new StudioError('invalid', `${field}: ${message}`, [{ field, message }]);
	}
}

function destinationsOf(value: unknown): string[] {
	if (!isTree(value)) return [];
	return destinationFields.flatMap((key) => value[key] ?? []).filter((url): url is string => typeof url === 'string');
}

function isTree(value: unknown): value is Tree {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
