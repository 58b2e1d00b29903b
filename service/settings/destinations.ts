import { StudioError } from '../util/errors.js';
import { secretFields } from './schema.js';
import { isTree } from './tree.js';

/** Fields that say where a secret is sent, or who checks what is signed with it. */
const destinationFields = ['urls', 'apiUrl', 'webhook'];

/** Destinations in `now` that are not in `before`. */
export function newDestinations(now: unknown, before: unknown): string[] {
	const known = destinationsOf(before);
	return destinationsOf(now).filter((destination) => !known.includes(destination));
}

/**
 * A secret is never shown, and is sent only where it was meant for: whoever changes the address must enter it again. Otherwise a
 * stolen session could send it to the thief's server. `change` turned `before` into `now`. Throws `invalid` naming the
 * secret's field.
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
		const message = `enter it again: it was not entered for ${destination}`;
		throw new StudioError('invalid', `${field}: ${message}`, [{ field, message }]);
	}
}

function destinationsOf(value: unknown): string[] {
	if (!isTree(value)) return [];
	return destinationFields.flatMap((key) => value[key] ?? []).filter((url): url is string => typeof url === 'string');
}
