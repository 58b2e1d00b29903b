import { StudioError } from './errors.js';

/** How many of each operators may create: far more than a show needs, far fewer than would slow the studio down. */
export const limits = {
	/** Custom scenes; every panel holds all of them. */
	scenes: 200,
	/** Each is a process. */
	targets: 16,
	/** Recordings in the list. */
	recordings: 2000,
	/** Valid invites of one guest. */
	'invites of this guest': 20,
	tokens: 200,
	accounts: 100,
} as const;

/** Throws `conflict` with the limit when it is reached. */
export function checkRoom(what: keyof typeof limits, count: number): void {
	if (count < limits[what]) return;
	throw new StudioError('conflict', `there are ${count} ${what}, the maximum is ${limits[what]}; remove one first`);
}
