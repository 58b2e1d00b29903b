import { StudioError } from '../util/errors.js';

/** A viewer, present or joining. */
export interface Watcher {
	/** `program`, `multiview` or `return-GUEST`. */
	streamer: string;
	/** The link or account. */
	token: string;
	/** Runs the show. */
	staff: boolean;
}

/** As many as the mixer has inputs. */
const maxGuests = 12;
/** Two per possible guest: its own page, and an operator who watches. */
export const maxReturns = 2 * maxGuests;
/** Reserved viewer places: a sixth for the multiview and staff, half of it for staff only. */
const keptOf = {
	program: (viewers: number) => Math.floor(viewers / 6),
	multiview: (viewers: number) => Math.floor(viewers / 12),
};
/** Share of the places that one link may use. */
const shareOfLink = 3 / 4;
/** Every guest watches its return; the second place is for a page being reloaded. */
export const returnsOfGuest = 2;

export function isReturn(streamer: string): boolean {
	return streamer.startsWith('return-');
}

/**
 * Makes sure there is a place for one more viewer of the program or the multiview. Throws `busy` when there is none,
 * `rate-limited` when the caller's link has used its share.
 */
export function checkViewer({ streamer, token, staff }: Watcher, watchers: Watcher[], viewers: number): void {
	const watching = watchers.filter((watcher) => !isReturn(watcher.streamer));
	const kept = staff ? 0 : streamer === 'multiview' ? keptOf.multiview(viewers) : keptOf.program(viewers);
	const all = `at most ${viewers} viewers (network.limits.viewers)`;
	if (watching.length >= viewers - kept)
		throw new StudioError(
			'busy',
			`no place left: ${all}${kept > 0 ? `, ${kept} of them reserved for the studio` : ''}`,
			undefined,
			10,
		);
	if (staff) return;
	const share = Math.ceil((viewers - keptOf.program(viewers)) * shareOfLink);
	if (watching.filter((watcher) => watcher.token === token).length >= share)
		throw new StudioError(
			'rate-limited',
			`${share} people are watching with this link, the maximum per link: ${all}`,
			undefined,
			10,
		);
}

/** Makes sure there is a place at a return: one is reserved for every possible guest. Throws `busy`. */
export function checkReturn({ streamer, staff }: Watcher, watchers: Watcher[]): void {
	const watching = watchers.filter((watcher) => isReturn(watcher.streamer));
	const served = new Set(watching.filter((watcher) => !watcher.staff).map((watcher) => watcher.streamer));
	if (!staff) served.add(streamer);
	if (watching.length >= maxReturns - (maxGuests - served.size))
		throw new StudioError(
			'busy',
			`the returns have ${maxReturns} places; the remaining ones are reserved for guests`,
			undefined,
			10,
		);
}
