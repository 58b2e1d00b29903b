/** The body of a WHIP or WHEP PATCH: `application/trickle-ice-sdpfrag` (RFC 8840 §9). */
import { StudioError } from '../util/errors.js';

const maxBytes = 16 * 1024;
/** Two for each of a dozen sockets, and the ends of their lists. */
const maxLines = 100;

export interface Fragment {
	ufrag: string;
	pwd: string;
	/** As written; `mid` is null before the first media line. */
	candidates: { mid: string | null; candidate: string }[];
	/** Has `a=end-of-candidates`. */
	end: boolean;
}

/** Throws `bad-sdp`. */
export function parseFragment(text: string): Fragment {
	if (text.length > maxBytes) throw new StudioError('bad-sdp', `a trickle fragment has at most ${maxBytes} bytes`);
	const fragment: Fragment = { ufrag: '', pwd: '', candidates: [], end: false };
	let mid: string | null = null;
	const lines = text.split(/\r?\n/);
	if (lines.length > maxLines) throw new StudioError('bad-sdp', `a trickle fragment has at most ${maxLines} lines`);
	for (const line of lines) {
		if (line === '') continue;
		if (!/^[a-z]=/.test(line))
			throw new StudioError('bad-sdp', `not a trickle fragment: “${line.slice(0, 40)}” is not an SDP line`);
		const [, name = '', value = ''] = /^a=([\w-]+):?(.*)$/.exec(line) ?? [];
		if (line.startsWith('m=')) mid = null;
		else if (name === 'mid') mid = value.slice(0, 64);
		else if (name === 'ice-ufrag') fragment.ufrag ||= value.slice(0, 256);
		else if (name === 'ice-pwd') fragment.pwd ||= value.slice(0, 256);
		else if (name === 'end-of-candidates') fragment.end = true;
		else if (name === 'candidate') fragment.candidates.push({ mid, candidate: line });
	}
	if (!fragment.ufrag || !fragment.pwd) {
		throw new StudioError('bad-sdp', 'not a trickle fragment: a=ice-ufrag and a=ice-pwd are required (RFC 8840 §9)');
	}
	return fragment;
}

/** A fragment with one candidate for the session of an offer. */
export function fragmentOf(offer: string, candidate: string): string {
	const line = (name: string) => new RegExp(`^a=${name}:.+$`, 'm').exec(offer)?.[0].trim() ?? '';
	return `${line('ice-ufrag')}\r\n${line('ice-pwd')}\r\na=${candidate}\r\n`;
}
