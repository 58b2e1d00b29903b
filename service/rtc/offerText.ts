/** The text of an offer, bounded before parsing, so that nobody can keep the parser busy. */
import { parse, type SessionDescription } from 'sdp-transform';
import { StudioError } from '../util/errors.js';

/** Browsers with every codec and a data channel send 8 kB in 250 lines; some add candidates per interface and line. */
export const maxOfferBytes = 32 * 1024;
export const maxOfferLines = 600;
const maxLine = 1024;

/** RFC 8866 §5.14. */
const mediaLine = /^m=\w+ \d{1,5}(\/\d+)? [\w/]+ \S/;
/** Attributes that are checked; the parser tries dozens of patterns on every line. */
const read =
	/^(?:[vom]=|a=(?:group|mid|ice-ufrag|ice-pwd|setup|sendrecv|sendonly|recvonly|inactive|rtcp-mux|rtcp-rsize|bundle-only|extmap|rtpmap|fmtp|rtcp-fb|ssrc|ssrc-group|msid|simulcast)(?::|$))/;

export interface OfferText {
	/** Every line ends with `\n`. */
	text: string;
	session: SessionDescription;
}

/** Throws `bad-sdp`. */
export function parseOffer(given: string): OfferText {
	if (given.length > maxOfferBytes) throw bad(`the offer is longer than ${maxOfferBytes} bytes`);
	// sdp-transform treats a lone CR as the end of a line; the checks must see what it sees.
	const text = given.replaceAll(/\r\n?/g, '\n');
	if (text.trim() === '') throw bad('the body is empty; it must be an SDP offer');
	if (!text.startsWith('v=0\n')) throw bad('the body is not SDP: it must start with v=0');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) throw bad('the body is not SDP: it contains control characters');
	const lines = text.split('\n');
	if (lines.length > maxOfferLines) throw bad(`the offer has more than ${maxOfferLines} lines`);
	for (const line of lines) {
		if (line.length > maxLine) throw bad(`a line of the offer is longer than ${maxLine} characters: “${line.slice(0, 40)}…”`);
		if (line !== '' && !/^[a-z]=/.test(line)) throw bad(`the body is not SDP: “${line.slice(0, 40)}” is not an SDP line`);
		if (line.startsWith('m=') && !mediaLine.test(line)) throw bad(`“${line.slice(0, 40)}” is not a media line`);
	}
	const session = parse(lines.filter((line) => read.test(line)).join('\n'));
	if (session.media.length === 0) throw bad('the offer has no media line (m=)');
	return { text, session: textual(session) };
}

/** sdp-transform turns what looks like a number into one, even where its types promise text. */
function textual(session: SessionDescription): SessionDescription {
	for (const media of session.media) {
		for (const rtp of media.rtp) rtp.codec = String(rtp.codec);
		for (const fmtp of media.fmtp) fmtp.config = String(fmtp.config);
		for (const group of media.ssrcGroups ?? []) group.ssrcs = String(group.ssrcs);
	}
	return session;
}

function bad(message: string): StudioError {
	return new StudioError('bad-sdp', message);
}
