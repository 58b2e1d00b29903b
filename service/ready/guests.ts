import type { Guest } from '../contract/guests.js';
import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Facts } from './facts.js';

/** Visible from 2 %, unusable from 10 %. */
const lossPct = { warn: 2, fail: 10 };
/** A conversation gets awkward. */
const slowMs = 300;

export function guestChecks({ state }: Facts): Check[] {
	const guests = Object.values(state.guests);
	if (guests.length === 0) return [check('guests', 'guests', 'Guests', off('No guests invited'))];
	return guests.map((guest) => check('guests', `guest-${guest.id}`, guest.name, guestFinding(guest)));
}

function guestFinding(guest: Guest): Finding {
	const { state, lastError } = guest;
	if (state === 'lost')
		return fail(`Connection lost${lastError ? `: ${lastError}` : ''}`, 'Ask the guest to open the link again');
	if (state === 'invited')
		return warn(
			`Not joined yet${lastError ? `; last attempt: ${lastError}` : ''}`,
			'Send the invite again (Switcher, Guests), or call',
		);
	if (state === 'connecting') return warn('Connecting', 'Wait a moment; test the connection on the Network page');
	return connectedFinding(guest);
}

export function connectedFinding({ path, rttMs, lossPct: loss, kbps, codec, video }: Guest): Finding {
	const figures = [
		path === 'lan' ? 'on the local network' : path === 'relay' ? 'through a relay' : 'directly over the internet',
		rttMs === null ? 'round trip not measured' : `${Math.round(rttMs)} ms`,
		loss === null ? 'loss not measured' : `${loss} % loss`,
		...(kbps === null ? [] : [`${Math.round(kbps)} kbit/s`]),
	].join(', ');
	const text = `Connected ${figures}`;
	if (codec !== null && video === null)
		return fail(`Connected, but no picture arrives (${figures})`, 'Ask the guest to turn the camera on');
	if (loss !== null && loss > lossPct.fail)
		return fail(text, 'Ask the guest to use a cable instead of Wi-Fi, or limit the guest’s bitrate');
	if (loss !== null && loss > lossPct.warn)
		return warn(text, 'Ask the guest to use a cable instead of Wi-Fi, or limit the guest’s bitrate');
	if (rttMs !== null && rttMs > slowMs) return warn(text, 'Expect people to talk over each other: leave pauses');
	if (path === 'relay')
		return warn(text, 'It works but depends on the relay; the Network page explains how to get a direct path');
	if (loss === null || rttMs === null) return warn(text, 'Wait a moment');
	return ok(text);
}
