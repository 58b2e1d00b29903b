/**
 * The service's rules for SDP: which offers are accepted, with which codecs, and what an answer must contain. Pure functions on
 * text; the media are r58webrtc's. Rules: RFC 9725 §4.2–4.4 (WHIP), the WHEP draft, RFC 8829 (JSEP).
 */
import type { MediaDescription, SessionDescription } from 'sdp-transform';
import type { AnswerAddresses } from '../network/network.js';
import { inOrder, type PeerWay } from '../network/peerWay.js';
import { StudioError } from '../util/errors.js';
import { type Candidate, forwardedCandidates, PeerCandidates, usableCandidates } from './candidates.js';
import { type AudioChoice, chooseAudio, chooseVideo, offered, type VideoChoice } from './codecs.js';
import { parseOffer } from './offerText.js';

export { type Fragment, parseFragment } from './fragment.js';

/** Header extensions that a guest's bandwidth estimation needs: transport-wide numbers and send times. */
const extensionUris = [
	'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
	'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
];
/** The one MediaStream of all our tracks. */
const stream = 'r58';
/** Start bitrate of a guest's browser, before its own estimate. */
const startKbps = 2000;
const startBitrate = 'x-google-start-bitrate=';

export interface OfferRules {
	/** publish: the peer sends to us (WHIP). watch: we send (WHEP). */
	direction: 'publish' | 'watch';
	/** The sender's way in, which limits where it may be. */
	way: PeerWay;
	/** watch: what the streamer has; media lines for anything else are rejected. Default both. */
	video?: boolean;
	audio?: boolean;
}

/** One media line of the offer. `kept` lines are in the trimmed offer, the others are rejected in the answer. */
interface OfferedLine {
	kind: 'audio' | 'video' | 'application';
	mid: string;
	protocol: string;
	/** First payload type, repeated when the line is rejected. */
	pt: string;
	kept: boolean;
}

export interface Credentials {
	ufrag: string;
	pwd: string;
}

export interface CheckedOffer {
	direction: 'publish' | 'watch';
	/** For r58webrtc: one codec per line, without anything webrtcbin trips over. */
	offer: string;
	video?: VideoChoice;
	audio?: AudioChoice;
	/** All SHA-256 fingerprints of the offer, comma-separated, as r58webrtc takes them. */
	fingerprint: string;
	setup: 'actpass' | 'active' | 'passive';
	ufrag: string;
	/** ICE credentials of every media line: browsers that have not bundled yet have separate ones for each. */
	credentials: Credentials[];
	/** The offer trickles, or had no candidates yet. */
	trickle: boolean;
	/** The peer's addresses so far; trickled ones are added. */
	candidates: PeerCandidates;
	/** Media lines whose transport is not used. */
	otherMids: string[];
	way: PeerWay;
	lines: OfferedLine[];
}

type Media = MediaDescription & { kind: 'audio' | 'video' };
/** A data channel, which some players open for every stream (MediaMTX's reader), is rejected. */
type Line = MediaDescription & { kind: OfferedLine['kind'] };

/** Throws `bad-sdp` for an unusable offer, `unsupported-media` for one with unsuitable media. */
export function checkOffer(given: string, rules: OfferRules): CheckedOffer {
	const { text, session } = parseOffer(given);
	const lines = checkLines(session);
	const media = lines.filter((line): line is Media => line.kind !== 'application');
	checkMedia(media, session, rules);
	const wanted = (m: Media) => rules.direction === 'publish' || rules[m.kind] !== false;
	const kept = media.filter(wanted);
	if (kept.length === 0)
		throw new StudioError('unsupported-media', `the offer has no usable media line; expected: ${has(rules)}`);
	const video = kept.find(({ kind }) => kind === 'video');
	const audio = kept.find(({ kind }) => kind === 'audio');
	const choice = {
		...(video && { video: pickVideo(video, rules) }),
		...(audio && { audio: pickAudio(audio) }),
	};
	const candidates = new PeerCandidates(rules.way);
	const transport = checkTransport(text, session, [...kept, ...lines], candidates);
	return {
		direction: rules.direction,
		offer: trimmed(session, kept, choice, transport, rules),
		...choice,
		fingerprint: transport.fingerprints.join(','),
		setup: transport.setup,
		ufrag: transport.ufrag,
		credentials: lines.map((m) => ({
			ufrag: String(m.iceUfrag ?? session.iceUfrag ?? ''),
			pwd: String(m.icePwd ?? session.icePwd ?? ''),
		})),
		candidates,
		otherMids: lines.map(({ mid }) => String(mid)).filter((mid) => mid !== transport.mid),
		way: rules.way,
		trickle: transport.candidates.length === 0 || /^a=ice-options:.*trickle/m.test(text),
		lines: lines.map((m) => ({
			kind: m.kind,
			mid: String(m.mid),
			protocol: m.protocol,
			pt: String(m.payloads ?? '0').split(' ')[0]!,
			kept: kept.some((other) => other === m),
		})),
	};
}

function has({ video = true, audio = true }: OfferRules): string {
	return [video && 'video', audio && 'audio'].filter(Boolean).join(' and ') || 'nothing';
}

/** At most one line of each kind, each with its own mid. */
function checkLines(session: SessionDescription): Line[] {
	const kinds = ['audio', 'video', 'application'] as const;
	const lines = session.media.map((m): Line => {
		const kind = kinds.find((known) => known === m.type);
		if (kind === undefined)
			throw new StudioError('unsupported-media', `m=${m.type.slice(0, 20)} is not supported; only audio and video lines are`);
		return { ...m, kind };
	});
	for (const kind of kinds) {
		const count = lines.filter((line) => line.kind === kind).length;
		if (count > 1) throw new StudioError('unsupported-media', `the offer has ${count} ${kind} lines; at most one is supported`);
	}
	for (const { kind, mid } of lines)
		if (mid === undefined || !/^[\w.!#$%&'*+^`{|}~-]{1,64}$/.test(String(mid)))
			throw new StudioError('bad-sdp', `the ${kind} line has no usable a=mid`);
	if (new Set(lines.map(({ mid }) => String(mid))).size < lines.length)
		throw new StudioError('bad-sdp', 'two lines have the same a=mid');
	return lines;
}

/** Each line enabled, bundled, and with the right direction. */
function checkMedia(media: Media[], session: SessionDescription, { direction }: OfferRules): void {
	const allowed = direction === 'publish' ? ['sendonly', 'sendrecv'] : ['recvonly', 'sendrecv'];
	for (const m of media) {
		const offeredDirection = m.direction ?? 'sendrecv';
		if (!allowed.includes(offeredDirection)) {
			const what = direction === 'publish' ? 'sends' : 'watches';
			throw new StudioError(
				'unsupported-media',
				`${m.kind} is ${offeredDirection}; a peer that ${what} must offer ${allowed.join(' or ')}`,
			);
		}
		if (m.simulcast || m.simulcast_03) throw new StudioError('unsupported-media', 'simulcast is not supported; send one layer');
		/* A bundled line may have no port of its own (RFC 9143 §6). */
		if (m.port === 0 && m.bundleOnly === undefined)
			throw new StudioError('unsupported-media', `the ${m.kind} line is disabled (port 0)`);
	}
	const streams = new Set(media.flatMap(({ msid = [] }) => msid.map(({ id }) => id)).filter((id) => id !== '-'));
	if (direction === 'publish' && streams.size > 1)
		throw new StudioError('unsupported-media', 'the tracks must belong to one MediaStream');
	const bundled = session.groups?.find(({ type }) => type === 'BUNDLE')?.mids;
	const members = String(bundled ?? '').split(' ');
	if (media.length > 1 && !media.every(({ mid }) => members.includes(String(mid)))) {
		throw new StudioError('bad-sdp', 'a=group:BUNDLE must name every media line (RFC 9725 §4.4.1)');
	}
}

function pickVideo(media: Media, { direction }: OfferRules): VideoChoice {
	const choice = chooseVideo(media, direction);
	if (choice) return choice;
	if (direction === 'publish') {
		const wanted = 'H.264 (baseline, main or high) or VP8';
		throw new StudioError(
			'unsupported-media',
			`no suitable video codec: supported are ${wanted}, the offer has ${offered(media)}`,
		);
	}
	throw new StudioError(
		'unsupported-media',
		`this viewer offers ${offered(media)} only; the program is H.264 (packetization-mode=1), which it must be able to receive`,
	);
}

function pickAudio(media: Media): AudioChoice {
	const choice = chooseAudio(media);
	if (!choice)
		throw new StudioError('unsupported-media', `no suitable audio codec: Opus is supported, the offer has ${offered(media)}`);
	return choice;
}

interface Transport {
	mid: string;
	ufrag: string;
	pwd: string;
	setup: CheckedOffer['setup'];
	fingerprints: string[];
	candidates: string[];
}

/**
 * The transport of the first kept line is everybody's (RFC 9143 §7). If that line is bundle-only and has none, a rejected line's
 * is used (RFC 8829 §5.2.1).
 */
function checkTransport(text: string, session: SessionDescription, bundle: Line[], peer: PeerCandidates): Transport {
	const first = bundle.find((line) => line.iceUfrag !== undefined) ?? bundle[0]!;
	const ufrag = String(first.iceUfrag ?? session.iceUfrag ?? '');
	const pwd = String(first.icePwd ?? session.icePwd ?? '');
	/* RFC 8839 §5.4. */
	if (!/^[\w+/]{4,256}$/.test(ufrag) || !/^[\w+/]{22,256}$/.test(pwd)) {
		throw new StudioError('bad-sdp', 'the offer must have a=ice-ufrag (4–256 characters) and a=ice-pwd (22–256)');
	}
	const setup = String(first.setup ?? session.setup ?? '');
	if (setup !== 'actpass' && setup !== 'active' && setup !== 'passive') {
		throw new StudioError('bad-sdp', `a=setup must be actpass, active or passive, not “${setup.slice(0, 20)}”`);
	}
	const found = [...text.matchAll(/^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})\s*$/gim)].map((m) =>
		m[1]!.toUpperCase(),
	);
	const fingerprints = [...new Set(found)].slice(0, 8).map((hex) => `sha-256 ${hex}`);
	if (fingerprints.length === 0) throw new StudioError('bad-sdp', 'the offer must have a=fingerprint with sha-256');
	/* A browser that did not expect bundling gathered for every line; candidates of the other lines are useless. */
	const section = text.split(/\n(?=m=)/)[session.media.findIndex(({ mid }) => mid === first.mid) + 1] ?? '';
	const lines = section.split('\n').filter((line) => line.startsWith('a=candidate:'));
	const candidates = lines.flatMap((line) => peer.add(line) ?? []);
	return { mid: String(first.mid), ufrag, pwd, setup, fingerprints, candidates };
}

function trimmed(
	session: SessionDescription,
	kept: Media[],
	choice: Pick<CheckedOffer, 'video' | 'audio'>,
	transport: Transport,
	{ direction }: OfferRules,
): string {
	const sections = kept.map((m, index) => {
		const codec = choice[m.kind]!;
		const { pt, fmtp } = codec;
		const name = m.kind === 'audio' ? 'opus/48000/2' : `${choice.video!.codec}/90000`;
		const rtx = direction === 'watch' && m.kind === 'video' ? choice.video!.rtx : undefined;
		return [
			`m=${m.kind} 9 UDP/TLS/RTP/SAVPF ${rtx === undefined ? pt : `${pt} ${rtx}`}`,
			'c=IN IP4 0.0.0.0',
			`a=mid:${m.mid}`,
			`a=ice-ufrag:${transport.ufrag}`,
			`a=ice-pwd:${transport.pwd}`,
			...transport.fingerprints.map((fingerprint) => `a=fingerprint:${fingerprint}`),
			`a=setup:${transport.setup}`,
			direction === 'publish' ? 'a=sendonly' : 'a=recvonly',
			'a=rtcp-mux',
			...(m.rtcpRsize ? ['a=rtcp-rsize'] : []),
			...(direction === 'publish' ? extensions(m) : []),
			`a=rtpmap:${pt} ${name}`,
			...(fmtp ? [`a=fmtp:${pt} ${fmtp}`] : []),
			...feedback(m, pt, direction),
			...(rtx === undefined ? [] : [`a=rtpmap:${rtx} rtx/90000`, `a=fmtp:${rtx} apt=${pt}`]),
			...(direction === 'publish' ? ssrcs(m) : []),
			...(index === 0 ? transport.candidates.map((candidate) => `a=${candidate}`) : []),
		];
	});
	const head = [
		'v=0',
		`o=- ${/^\d{1,20}$/.test(String(session.origin?.sessionId)) ? session.origin!.sessionId : 1} 1 IN IP4 0.0.0.0`,
		's=-',
		't=0 0',
		`a=group:BUNDLE ${kept.map(({ mid }) => mid).join(' ')}`,
		'a=ice-options:trickle',
	];
	return `${[head, ...sections].flat().join('\r\n')}\r\n`;
}

/** Feedback for loss and key frames; for guests also what their bandwidth estimation needs. */
function feedback(media: Media, pt: number, direction: OfferRules['direction']): string[] {
	const wanted = direction === 'publish' ? ['nack', 'nack pli', 'ccm fir', 'transport-cc'] : ['nack', 'nack pli', 'ccm fir'];
	const found = (media.rtcpFb ?? [])
		.filter(({ payload }) => String(payload) === String(pt) || String(payload) === '*')
		.map(({ type, subtype }) => (subtype ? `${type} ${subtype}` : type));
	return wanted.filter((name) => found.includes(name)).map((name) => `a=rtcp-fb:${pt} ${name}`);
}

function extensions(media: Media): string[] {
	return extensionUris.flatMap((wanted) => {
		const ext = media.ext?.find(({ uri, value }) => uri === wanted && value >= 1 && value <= 14);
		return ext ? [`a=extmap:${ext.value} ${wanted}`] : [];
	});
}

/** webrtcbin tells bundled lines apart by SSRC. SSRCs of retransmissions are left out, because those are not used. */
function ssrcs(media: Media): string[] {
	const repairs = (media.ssrcGroups ?? [])
		.filter(({ semantics }) => semantics === 'FID')
		.flatMap(({ ssrcs }) => ssrcs.split(' ').slice(1));
	return (media.ssrcs ?? [])
		.filter(
			({ id, attribute, value }) =>
				attribute === 'cname' && /^[\w+/@.{}-]{1,128}$/.test(value ?? '') && !repairs.includes(String(id)),
		)
		.slice(0, 4)
		.map(({ id, value }) => `a=ssrc:${id} cname:${value}`);
}

export interface AnswerOptions extends Partial<AnswerAddresses> {
	/** publish: cap on a guest's video bitrate, kbit/s. */
	maxKbps?: number | null;
}

/** The answer for the client: corrects what webrtcbin omits or gets wrong, and puts rejected lines back. */
export function finishAnswer(
	answer: string,
	checked: CheckedOffer,
	{ addresses = [], also = [], tcp = false, maxKbps = null }: AnswerOptions = {},
): string {
	const [head = '', ...sections] = answer.replaceAll('\r\n', '\n').split(/\n(?=m=)/);
	const lines = answer.split(/\r?\n/);
	const found = usableCandidates(
		lines.filter((line) => line.startsWith('a=candidate:')),
		{ tcp },
	);
	const own = firstFirst(inOrder(found, checked.way, addresses));
	const forwarded = forwardedCandidates(found, also);
	// Clients outside reach this machine at the forwarded address, if there is one.
	const told = checked.way.from === 'outside' ? [...forwarded, ...own] : [...own, ...forwarded];
	const candidates = told.map(({ text }) => `a=${text}`);
	const kept = checked.lines.filter((line) => line.kept);
	if (sections.length !== kept.length) {
		throw new StudioError('internal', `the answer has ${sections.length} media lines instead of ${kept.length}`);
	}
	const finished = checked.lines.map((line) => {
		const index = kept.indexOf(line);
		if (index < 0 || line.kind === 'application') return rejected(line);
		const capKbps = line.kind === 'video' ? maxKbps : null;
		return withCap(finishSection(sections[index]!, line.kind, checked, index === 0 ? candidates : null), capKbps);
	});
	const session = head.split('\n').filter((line) => line !== '' && !/^a=(group|msid-semantic|ice-options)/.test(line));
	const group = `a=group:BUNDLE ${kept.map(({ mid }) => mid).join(' ')}`;
	return `${[session, group, `a=msid-semantic: WMS ${stream}`, ...finished].flat().join('\r\n')}\r\n`;
}

/** Priorities in list order (RFC 8445 §5.1.2.1): some clients try only the first, others the highest. */
function firstFirst(candidates: Candidate[]): Candidate[] {
	return candidates.map((candidate, index) => {
		if (candidate.type !== 'host' || candidate.transport !== 'udp') return candidate;
		const priority = 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255;
		return { ...candidate, text: candidate.text.replace(/^(candidate:\S+ \d+ \S+) \d+/, `$1 ${priority}`) };
	});
}

function rejected({ kind, mid, protocol, pt }: OfferedLine): string[] {
	return [`m=${kind} 0 ${protocol} ${pt}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, ...(kind === 'application' ? [] : ['a=inactive'])];
}

/** A bandwidth line follows the connection line (RFC 4566 §5, RFC 3890). */
function withCap(section: string[], kbps: number | null): string[] {
	if (kbps === null) return section;
	const at = section.findIndex((l) => l.startsWith('c=')) + 1;
	return section
		.toSpliced(at, 0, `b=AS:${kbps}`, `b=TIAS:${kbps * 1000}`)
		.map((l) => l.replace(`${startBitrate}${startKbps}`, `${startBitrate}${Math.min(startKbps, kbps)}`));
}

/** `candidates` go to the first line only; all others are bundled onto it. */
function finishSection(section: string, kind: Media['kind'], checked: CheckedOffer, candidates: string[] | null): string[] {
	const [mline = '', ...rest] = section.split('\n').filter((l) => l !== '');
	const watch = checked.direction === 'watch';
	const pt = checked[kind]!.pt;
	if (/^m=\w+ 0 /.test(mline) || rest.includes('a=inactive')) {
		throw new StudioError('unsupported-media', `the ${kind} of this offer could not be negotiated`);
	}
	const replaced = new RegExp(
		`^a=(candidate|end-of-candidates|sendonly|recvonly|sendrecv|msid|rtcp-mux|fmtp:${pt} |ssrc:\\d+ msid)`,
	);
	return [
		mline,
		...rest.filter((l) => !replaced.test(l)),
		`a=fmtp:${pt} ${answerFmtp(kind, checked)}`.trim(),
		watch ? 'a=sendonly' : 'a=recvonly',
		...(watch ? [`a=msid:${stream} ${kind}`] : []),
		'a=rtcp-mux',
		'a=rtcp-mux-only',
		...(candidates ? [...candidates, 'a=end-of-candidates'] : []),
	].filter((l) => !/^a=fmtp:\d+$/.test(l));
}

/**
 * H.264: as it was offered. Opus: stereo, and loss concealed from the next packet. Chromium begins at 300 kbit/s (320 pixels wide)
 * and takes ten seconds to reach full size unless it is told where to start.
 */
function answerFmtp(kind: 'audio' | 'video', { video, direction }: CheckedOffer): string {
	const params = kind === 'audio' ? ['minptime=10', 'useinbandfec=1', 'stereo=1'] : [];
	if (kind === 'audio' && direction === 'watch') params.push('sprop-stereo=1');
	if (kind === 'video' && video?.h264) {
		const { mode, level } = video.h264;
		params.push('level-asymmetry-allowed=1', `packetization-mode=${mode}`);
		if (level !== null) params.push(`profile-level-id=${level}`);
	}
	if (kind === 'video' && direction === 'publish') params.push(`${startBitrate}${startKbps}`);
	return params.join(';');
}
