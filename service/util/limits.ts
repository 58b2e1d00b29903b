import { StudioError } from './errors.js';

/** How many of a thing operators may make: far more than a show needs, and far less than what slows the studio down. */
export const limits = {
	/** Own scenes; every panel holds all of them. */
	scenes: 200,
	/** Each is a process. */
	targets: 16,
	/** Recordings that are kept in the list. */
	recordings: 2000,
	/** Links of one guest that can still be used. */
	'invites of this guest': 20,
	tokens: 200,
	accounts: 100,
} as const;

/** Throws `conflict` when there are as many as there may be; the message says the limit. */
export function checkRoom(what: keyof typeof limits, count: number): void {
	if (count < limits[what]) return;
	throw new StudioError('conflict', `there are ${count} ${what}, and ${limits[what]} is the most; remove one first`);
}
