/** Which codec of an offered media line is used. */
import { type MediaDescription, parseParams } from 'sdp-transform';

export interface VideoChoice {
	codec: 'H264' | 'VP8';
	pt: number;
	/** Format parameters as offered, `''` when there are none. */
	fmtp: string;
	/** Payload type of retransmissions of `pt`, when offered. */
	rtx?: number;
}
export interface AudioChoice {
	pt: number;
	fmtp: string;
}

/** Profiles every browser decodes and this machine sends and takes, best first (RFC 6184 §8.1: profile_idc and constraint flags). */
const h264Profiles = ['42e0', '42c0', '4200', '4d00', '4d40'];

/** H.264 in packetization mode 1 first (constrained baseline before baseline before main); VP8 when `vp8` allows it. */
export function chooseVideo(media: MediaDescription, { vp8 }: { vp8: boolean }): VideoChoice | null {
	const h264 = payloads(media, 'h264', 90_000)
		.map((pt) => ({ pt, fmtp: fmtpOf(media, pt) }))
		.map((choice) => ({ ...choice, rank: h264Rank(choice.fmtp) }))
		.filter(({ rank }) => rank >= 0)
		.sort((a, b) => a.rank - b.rank)[0];
	if (h264) return { codec: 'H264', pt: h264.pt, fmtp: h264.fmtp, rtx: rtxOf(media, h264.pt) };
	const pt = vp8 ? payloads(media, 'vp8', 90_000)[0] : undefined;
	return pt === undefined ? null : { codec: 'VP8', pt, fmtp: '', rtx: rtxOf(media, pt) };
}

export function chooseAudio(media: MediaDescription): AudioChoice | null {
	const pt = payloads(media, 'opus', 48_000)[0];
	return pt === undefined ? null : { pt, fmtp: fmtpOf(media, pt) };
}

/** Names of what is on offer, for error messages. */
export function offered(media: MediaDescription): string {
	const names = new Set(
		media.rtp.map(({ codec, payload }) => {
			if (codec.toLowerCase() !== 'h264') return codec;
			const { 'packetization-mode': mode = 0, 'profile-level-id': profile = '?' } = parseParams(fmtpOf(media, payload));
			return `H264 (${profile}, mode ${mode})`;
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
		.sort((a, b) => order.indexOf(String(a)) - order.indexOf(String(b)));
}

function h264Rank(fmtp: string): number {
	const params = parseParams(fmtp);
	if (String(params['packetization-mode'] ?? 0) !== '1') return -1;
	/* RFC 6184 §8.1: without profile-level-id it is baseline. */
	return h264Profiles.indexOf(
		String(params['profile-level-id'] ?? '42000a')
			.slice(0, 4)
			.toLowerCase(),
	);
}

function fmtpOf(media: MediaDescription, pt: number): string {
	return media.fmtp.find(({ payload }) => payload === pt)?.config.slice(0, 256) ?? '';
}

function rtxOf(media: MediaDescription, pt: number): number | undefined {
	return payloads(media, 'rtx', 90_000).find((rtx) => String(parseParams(fmtpOf(media, rtx)).apt) === String(pt));
}

function isPayloadType(pt: number): boolean {
	return Number.isInteger(pt) && pt >= 0 && pt <= 127;
}
