/** Chooses the codec of an offered media line. */
import type { MediaDescription } from 'sdp-transform';

export interface VideoChoice {
	codec: 'H264' | 'VP8';
	pt: number;
	/** Format parameters for the offer that is passed on, `''` for none. */
	fmtp: string;
	/** H.264: how it is answered, which is how it was offered (RFC 6184 §8.2.2). */
	h264?: H264;
	/** Payload type for retransmissions of `pt`, when offered. */
	rtx?: number;
}
export interface AudioChoice {
	pt: number;
	fmtp: string;
}

export interface H264 {
	/** packetization-mode of the answer: that of the packets. */
	mode: 0 | 1;
	/** profile-level-id as written, six hex digits; null without one. */
	level: string | null;
}

type Profile = 'constrained baseline' | 'baseline' | 'main' | 'high';

/**
 * RFC 6184 table 5: profile_idc, and which of the constraint flags 0 to 2 must be set or clear. The lowest flags (4 and 5, of
 * constrained and progressive high) and reserved bits change nothing for a decoder. Best first.
 */
const spellings: [profile: Profile, idc: number, mask: number, flags: number][] = [
	['constrained baseline', 0x42, 0x40, 0x40],
	['constrained baseline', 0x4d, 0x80, 0x80],
	['constrained baseline', 0x58, 0xc0, 0xc0],
	['baseline', 0x42, 0x40, 0x00],
	['baseline', 0x58, 0xc0, 0x80],
	['main', 0x4d, 0x80, 0x00],
	['high', 0x64, 0x00, 0x00],
];
/** A viewer is sent constrained baseline or main by an encoder that makes both; a guest may send whatever the decoder takes. */
const profiles: Record<'publish' | 'watch', Profile[]> = {
	publish: ['constrained baseline', 'baseline', 'main', 'high'],
	watch: ['constrained baseline', 'baseline', 'main'],
};

/**
 * What a guest sends or a viewer is sent. H.264 first, by its profile; a guest's may also be in packetization mode 0, or it is VP8.
 * The program's packets are those of mode 1. A viewer that names no mode (GStreamer) gets them and is told so in the answer;
 * one that names mode 0 asks for something else.
 */
export function chooseVideo(media: MediaDescription, direction: 'publish' | 'watch'): VideoChoice | null {
	const modes = direction === 'publish' ? [1, 0, null] : [1, null];
	const taken = profiles[direction];
	const h264 = payloads(media, 'h264', 90_000)
		.map((pt) => ({ pt, fmtp: fmtpOf(media, pt), ...h264Of(fmtpOf(media, pt)) }))
		.filter(({ mode, profile }) => modes.includes(mode) && profile !== null && taken.includes(profile))
		.sort((a, b) => Number(b.mode) - Number(a.mode) || taken.indexOf(a.profile!) - taken.indexOf(b.profile!))[0];
	if (h264) {
		const { pt, fmtp, level } = h264;
		const mode = direction === 'watch' || h264.mode === 1 ? 1 : 0;
		const sets = paramsOf(fmtp).get('sprop-parameter-sets');
		const params = [
			'level-asymmetry-allowed=1',
			`packetization-mode=${mode}`,
			...(level === null ? [] : [`profile-level-id=${level.toLowerCase()}`]),
			// Cameras whose stream carries no parameter sets put them here.
			...(sets !== undefined && /^[\w+/=,]+$/.test(sets) ? [`sprop-parameter-sets=${sets}`] : []),
		];
		return {
			codec: 'H264',
			pt,
			fmtp: params.join(';'),
			h264: { mode, level },
			rtx: rtxOf(media, pt),
		};
	}
	const pt = direction === 'publish' ? payloads(media, 'vp8', 90_000)[0] : undefined;
	return pt === undefined ? null : { codec: 'VP8', pt, fmtp: '', rtx: rtxOf(media, pt) };
}

export function chooseAudio(media: MediaDescription): AudioChoice | null {
	const pt = payloads(media, 'opus', 48_000)[0];
	return pt === undefined ? null : { pt, fmtp: fmtpOf(media, pt) };
}

/** The offered codecs, for error messages. */
export function offered(media: MediaDescription): string {
	const names = new Set(
		media.rtp.slice(0, 128).map(({ codec, payload }) => {
			if (codec.toLowerCase() !== 'h264') return codec;
			const { mode, level } = h264Of(fmtpOf(media, payload));
			return `H264 (${level?.slice(0, 6) ?? 'no profile'}, mode ${mode ?? 'not named'})`;
		}),
	);
	for (const name of ['rtx', 'red', 'ulpfec', 'flexfec-03', 'CN', 'telephone-event']) names.delete(name);
	return [...names].join(', ').slice(0, 200) || 'nothing';
}

function payloads(media: MediaDescription, codec: string, rate: number): number[] {
	const order = String(media.payloads ?? '').split(' ');
	return media.rtp
		.filter((rtp) => rtp.codec.toLowerCase() === codec && rtp.rate === rate && isPayloadType(rtp.payload))
		.map((rtp) => rtp.payload)
		.filter((pt, index, all) => all.indexOf(pt) === index)
		.sort((a, b) => order.indexOf(String(a)) - order.indexOf(String(b)));
}

/** `mode` is null where none is named. */
function h264Of(fmtp: string): { mode: number | null; level: string | null; profile: Profile | null } {
	const params = paramsOf(fmtp);
	const level = params.get('profile-level-id') ?? null;
	/* RFC 6184 §8.1: without profile-level-id it is baseline. */
	const [idc = 0, flags = 0] = (/^[0-9a-f]{6}$/i.exec(level ?? '42000a')?.[0].match(/../g) ?? []).map((hex) => parseInt(hex, 16));
	const profile = spellings.find(([, known, mask, set]) => known === idc && (flags & mask) === set)?.[0] ?? null;
	const mode = params.get('packetization-mode');
	return { mode: mode === undefined ? null : Number(mode), level, profile };
}

/** Codec names are case-insensitive (RFC 4855 §3, RFC 6838 §4.3). */
function paramsOf(fmtp: string): Map<string, string> {
	return new Map(
		fmtp.split(';').map((param) => {
			const [name = '', ...value] = param.split('=');
			return [name.trim().toLowerCase(), value.join('=').trim()];
		}),
	);
}

function fmtpOf(media: MediaDescription, pt: number): string {
	return media.fmtp.find(({ payload }) => payload === pt)?.config.slice(0, 256) ?? '';
}

function rtxOf(media: MediaDescription, pt: number): number | undefined {
	return payloads(media, 'rtx', 90_000).find((rtx) => paramsOf(fmtpOf(media, rtx)).get('apt') === String(pt));
}

function isPayloadType(pt: number): boolean {
	return Number.isInteger(pt) && pt >= 0 && pt <= 127;
}
