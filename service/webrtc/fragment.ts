/** The body of a WHIP or WHEP PATCH: `application/trickle-ice-sdpfrag` (RFC 8840 §9). */
import { StudioError } from '../errors.js';
import { maxCandidates, usableCandidate } from './candidates.js';

const maxBytes = 16 * 1024;

export interface Fragment {
	ufrag: string;
	pwd: string;
	/** `mlineIndex` counts the media lines of the fragment; a fragment without any speaks of the first of the session. */
	candidates: { mlineIndex: number; mid: string | null; candidate: string }[];
	/** `a=end-of-candidates` was there. */
	end: boolean;
}

/** Throws `bad-sdp`. Candidates this machine cannot use are left out (RFC 9725 §4.3.2). */
export function parseFragment(text: string): Fragment {
	if (text.length > maxBytes) throw new StudioError('bad-sdp', `a trickle fragment has at most ${maxBytes} bytes`);
	const fragment: Fragment = { ufrag: '', pwd: '', candidates: [], end: false };
	let mlineIndex = 0;
	let media = 0;
	let mid: string | null = null;
	for (const line of text.split(/\r?\n/)) {
		if (line === '') continue;
		if (!/^[a-z]=/.test(line)) throw new StudioError('bad-sdp', `not a trickle fragment: “${line.slice(0, 40)}” is no SDP line`);
		const [, name = '', value = ''] = /^a=([\w-]+):?(.*)$/.exec(line) ?? [];
		if (line.startsWith('m=')) {
			mlineIndex = media++;
			mid = null;
		} else if (name === 'mid') mid = value.slice(0, 64);
		else if (name === 'ice-ufrag') fragment.ufrag ||= value.slice(0, 256);
		else if (name === 'ice-pwd') fragment.pwd ||= value.slice(0, 256);
		else if (name === 'end-of-candidates') fragment.end = true;
		else if (name === 'candidate' && fragment.candidates.length < maxCandidates) {
			const candidate = usableCandidate(line)?.text;
			if (candidate) fragment.candidates.push({ mlineIndex, mid, candidate });
		}
	}
	if (!fragment.ufrag || !fragment.pwd) {
		throw new StudioError('bad-sdp', 'not a trickle fragment: a=ice-ufrag and a=ice-pwd must be in it (RFC 8840 §9)');
	}
	return fragment;
}

/** A fragment that brings one candidate to the session of an offer. */
export function fragmentOf(offer: string, candidate: string): string {
	const line = (name: string) => new RegExp(`^a=${name}:.+$`, 'm').exec(offer)?.[0].trim() ?? '';
	return `${line('ice-ufrag')}\r\n${line('ice-pwd')}\r\na=${candidate}\r\n`;
}
