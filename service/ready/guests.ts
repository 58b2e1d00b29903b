import type { Guest } from '../contract/guests.js';
import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Facts } from './facts.js';

/** What viewers see of it: blocks from 2 %, little else from 10 %. */
const lossPct = { warn: 2, fail: 10 };
/** A conversation gets awkward. */
const slowMs = 300;

export function guestChecks({ state }: Facts): Check[] {
	const guests = Object.values(state.guests);
	if (guests.length === 0) return [check('guests', 'guests', 'Guests', off('None is invited'))];
	return guests.map((guest) => check('guests', `guest-${guest.id}`, guest.name, guestFinding(guest)));
}

function guestFinding(guest: Guest): Finding {
	const { state, lastError } = guest;
	if (state === 'lost')
		return fail(`The connection is lost${lastError ? `: ${lastError}` : ''}`, 'Ask the guest to open the link again');
	if (state === 'invited')
		return warn(
			`Has not joined${lastError ? `; the last try: ${lastError}` : ''}`,
			'Send the link again (Switcher, Guests), or call',
		);
	if (state === 'connecting') return warn('Is connecting', 'Wait a moment; the Network page tests the ways in');
	return connectedFinding(guest);
}

export function connectedFinding({ path, rttMs, lossPct: loss, kbps, codec, video }: Guest): Finding {
	const figures = [
		path === 'lan' ? 'in the local network' : path === 'relay' ? 'through a relay' : 'direct through the internet',
		rttMs === null ? 'round trip not measured' : `${Math.round(rttMs)} ms`,
		loss === null ? 'loss not measured' : `${loss} % loss`,
		...(kbps === null ? [] : [`${Math.round(kbps)} kbit/s`]),
	].join(', ');
	const text = `Connected ${figures}`;
	if (codec !== null && video === null)
		return fail(`Connected, but no picture arrives (${figures})`, 'Ask the guest to switch the camera on');
	if (loss !== null && loss > lossPct.fail)
		return fail(text, 'Ask for a cable in place of Wi-Fi, or cap the bitrate of this guest');
	if (loss !== null && loss > lossPct.warn)
		return warn(text, 'Ask for a cable in place of Wi-Fi, or cap the bitrate of this guest');
	if (rttMs !== null && rttMs > slowMs) return warn(text, 'Talking over each other is likely: leave pauses');
	if (path === 'relay') return warn(text, 'It works, and depends on the relay: the Network page tells how to get a direct path');
	if (loss === null || rttMs === null) return warn(text, 'Wait a moment');
	return ok(text);
}
