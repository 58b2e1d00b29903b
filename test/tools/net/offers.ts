import type { PeerWay } from '../../../service/network/peerWay.js';

/** How peers of tests come, mostly. */
export const onThisMachine: PeerWay = { from: 'machine', called: '127.0.0.1' };

/** Offers as text, for what is decided before any packet flows: nobody is behind them. */
export interface OfferParts {
	direction: 'sendonly' | 'sendrecv' | 'recvonly' | 'inactive';
	/** Media lines by kind, in this order. Default audio, video. */
	media?: string[];
	setup?: string;
	/** Lines for every media line, after its own. */
	extra?: string[];
	candidates?: string[];
	/** Stream of each track. Default one for all. */
	streams?: string[];
	/** Default: all lines. */
	bundle?: string;
}

const codecs: Record<string, { pts: string; lines: string[] }> = {
	audio: { pts: '111', lines: ['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1'] },
	video: {
		pts: '96 97',
		lines: [
			'a=rtpmap:96 H264/90000',
			'a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
			'a=rtcp-fb:96 nack',
			'a=rtcp-fb:96 nack pli',
			'a=rtpmap:97 rtx/90000',
			'a=fmtp:97 apt=96',
		],
	},
};

export const credentials = { ufrag: 'conf', pwd: 'conformance-of-22-chars+'.replace(/-/g, '/') };

export function offerText({ direction, setup = 'actpass', extra = [], candidates = [], ...o }: OfferParts): string {
	const media = o.media ?? ['audio', 'video'];
	const fingerprint = Array(32).fill('5A').join(':');
	const sections = media.map((kind, mid) => {
		const { pts, lines } = codecs[kind] ?? { pts: 'webrtc-datachannel', lines: ['a=sctp-port:5000'] };
		return [
			`m=${kind} 9 ${kind === 'application' ? 'UDP/DTLS/SCTP' : 'UDP/TLS/RTP/SAVPF'} ${pts}`,
			'c=IN IP4 0.0.0.0',
			`a=mid:${mid}`,
			`a=${direction}`,
			'a=rtcp-mux',
			...(/send/.test(direction) ? [`a=msid:${o.streams?.[mid] ?? 'one'} track${mid}`] : []),
			...lines,
			...extra,
			...(mid === 0 ? candidates.map((candidate) => `a=${candidate}`) : []),
		];
	});
	const head = [
		'v=0',
		'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
		's=-',
		't=0 0',
		`a=group:${o.bundle ?? `BUNDLE ${media.map((_, mid) => mid).join(' ')}`}`,
		`a=ice-ufrag:${credentials.ufrag}`,
		`a=ice-pwd:${credentials.pwd}`,
		`a=fingerprint:sha-256 ${fingerprint}`,
		`a=setup:${setup}`,
	];
	return `${[head, ...sections].flat().join('\r\n')}\r\n`;
}

/** A trickle fragment for such an offer. */
export function fragmentText(lines: string[], { ufrag, pwd } = credentials): string {
	return `${[`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'm=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0', ...lines].join('\r\n')}\r\n`;
}
