import { StudioError } from '../util/errors.js';

/** One entry of a collection of the state, or StudioError `not-found`. */
export function entryOf<T>(collection: Record<string, T>, id: string, noun: string): T {
	// Not by plain access: every object has a "constructor".
	if (!Object.hasOwn(collection, id)) throw new StudioError('not-found', `there is no ${noun} "${id}"`);
	return collection[id]!;
}
