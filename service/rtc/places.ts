import { StudioError } from '../util/errors.js';

/** One who watches, or is about to. */
export interface Watcher {
	/** `program`, `multiview` or `return-GUEST`. */
	streamer: string;
	/** Of the link or account. */
	token: string;
	/** Who runs the show. */
	staff: boolean;
}

/** As many as the mixer has inputs. */
const maxGuests = 12;
/** Two for each guest that there can be: its own page, and an operator who looks. */
export const maxReturns = 2 * maxGuests;
/** What is kept of the places for viewers: a sixth for the multiview and staff, half of it for staff alone. */
const keptOf = {
	program: (viewers: number) => Math.floor(viewers / 6),
	multiview: (viewers: number) => Math.floor(viewers / 12),
};
/** What one link may take of the others. */
const shareOfLink = 3 / 4;
/** Every guest sees its return; a second place is for the page that was just reloaded. */
export const returnsOfGuest = 2;

export function isReturn(streamer: string): boolean {
	return streamer.startsWith('return-');
}

/**
 * Whether there is a place for one more viewer of the program or the multiview. Throws `busy` when there is none, `rate-limited` when
 * the others with this link have them.
 */
export function checkViewer({ streamer, token, staff }: Watcher, watchers: Watcher[], viewers: number): void {
	const watching = watchers.filter((watcher) => !isReturn(watcher.streamer));
	const kept = staff ? 0 : streamer === 'multiview' ? keptOf.multiview(viewers) : keptOf.program(viewers);
	const all = `${viewers} viewers may watch at a time (network.limits.viewers)`;
	if (watching.length >= viewers - kept)
		throw new StudioError(
			'busy',
			`there is no place: ${all}${kept > 0 ? `, ${kept} of them are kept for the studio` : ''}`,
			undefined,
			10,
		);
	if (staff) return;
	const share = Math.ceil((viewers - keptOf.program(viewers)) * shareOfLink);
	if (watching.filter((watcher) => watcher.token === token).length >= share)
		throw new StudioError('rate-limited', `${share} people watch by this link, which is the most of one: ${all}`, undefined, 10);
}

/** Whether there is a place at a return: each guest that there can be is sure of one. Throws `busy`. */
export function checkReturn({ streamer, staff }: Watcher, watchers: Watcher[]): void {
	const watching = watchers.filter((watcher) => isReturn(watcher.streamer));
	const served = new Set(watching.filter((watcher) => !watcher.staff).map((watcher) => watcher.streamer));
	if (!staff) served.add(streamer);
	if (watching.length >= maxReturns - (maxGuests - served.size))
		throw new StudioError('busy', `the returns have ${maxReturns} places, and those that are left are for guests`, undefined, 10);
}
