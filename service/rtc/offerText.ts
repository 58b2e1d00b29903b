/** The text of an offer as far as it is read at all: bounded, and nothing that its parser could take long for. */
import { parse, type SessionDescription } from 'sdp-transform';
import { StudioError } from '../util/errors.js';

/** Browsers with every codec and a data channel send 8 kB in 250 lines; some add a candidate for each interface and line. */
export const maxOfferBytes = 32 * 1024;
export const maxOfferLines = 600;
const maxLine = 1024;

/** RFC 8866 §5.14. */
const mediaLine = /^m=\w+ \d{1,5}(\/\d+)? [\w/]+ \S/;
/** Attributes that the checks look at; the parser tries dozens of patterns on every line it is given. */
const read =
	/^(?:[vom]=|a=(?:group|mid|ice-ufrag|ice-pwd|setup|sendrecv|sendonly|recvonly|inactive|rtcp-mux|rtcp-rsize|bundle-only|extmap|rtpmap|fmtp|rtcp-fb|ssrc|ssrc-group|msid|simulcast)(?::|$))/;

export interface OfferText {
	/** With `\n` at the end of every line. */
	text: string;
	session: SessionDescription;
}

/** Throws `bad-sdp`. */
export function parseOffer(given: string): OfferText {
	if (given.length > maxOfferBytes) throw bad(`an offer has at most ${maxOfferBytes} bytes`);
	// A lone CR ends a line for sdp-transform; what is checked here must be what it reads.
	const text = given.replaceAll(/\r\n?/g, '\n');
	if (text.trim() === '') throw bad('the body is empty; it must be an SDP offer');
	if (!text.startsWith('v=0\n')) throw bad('the body is no SDP: it must start with v=0');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) throw bad('the body is no SDP: it has control characters');
	const lines = text.split('\n');
	if (lines.length > maxOfferLines) throw bad(`an offer has at most ${maxOfferLines} lines`);
	for (const line of lines) {
		if (line.length > maxLine) throw bad(`a line of an offer has at most ${maxLine} characters: “${line.slice(0, 40)}…”`);
		if (line !== '' && !/^[a-z]=/.test(line)) throw bad(`the body is no SDP: “${line.slice(0, 40)}” is no SDP line`);
		if (line.startsWith('m=') && !mediaLine.test(line)) throw bad(`“${line.slice(0, 40)}” is no media line`);
	}
	const session = parse(lines.filter((line) => read.test(line)).join('\n'));
	if (session.media.length === 0) throw bad('the offer has no media line (m=)');
	return { text, session: textual(session) };
}

/** sdp-transform reads what looks like a number as one, also where its types promise text. */
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
