/** What RTP and RTCP packets say about when pictures and sound were taken, by the sender's own clock (RFC 3550 §6.4.1). */
import type { Kind } from './lightPeersChild.js';
import type { WebmFrame } from './webm.js';

const rates = { video: 90_000, audio: 48_000 };
const senderReport = 200;

interface Unit {
	timestamp: number;
	payload: Buffer;
}

/** Frames with the times of the sender's reports, ms from the first one's. */
export function framesOf(packets: Record<Kind, Buffer[]>): WebmFrame[] {
	const frames = (['video', 'audio'] as const).flatMap((kind) => {
		const rtp = packets[kind].filter((packet) => !isRtcp(packet));
		const first = rtp[0]!.readUInt32BE(4);
		const atZero = zeroOf(packets[kind].filter(isRtcp), kind, first);
		const units = kind === 'video' ? picturesOf(rtp) : rtp.map(unitOf).filter(({ payload }) => payload.length > 0);
		return units.map(({ timestamp, payload }) => ({
			kind,
			atMs: atZero + ((timestamp - first) | 0) / (rates[kind] / 1000),
			// VP8: RFC 6386 §9.1.
			key: kind === 'audio' || (payload[0]! & 1) === 0,
			data: payload,
		}));
	});
	const key = frames.findIndex(({ kind, key }) => kind === 'video' && key);
	const whole = frames.filter(({ kind }, i) => kind === 'audio' || i >= key).sort((a, b) => a.atMs - b.atMs);
	return whole.map((frame) => ({ ...frame, atMs: frame.atMs - whole[0]!.atMs }));
}

/** When the RTP timestamp `first` was, ms since 1900: the middle one of what the reports say, of two the earlier (none is early). */
function zeroOf(rtcp: Buffer[], kind: Kind, first: number): number {
	const zeros = rtcp.flatMap((packet) => {
		if (packet[1] !== senderReport) return [];
		const ntpMs = packet.readUInt32BE(8) * 1000 + (packet.readUInt32BE(12) * 1000) / 2 ** 32;
		return [ntpMs - ((packet.readUInt32BE(16) - first) | 0) / (rates[kind] / 1000)];
	});
	if (zeros.length === 0) throw new Error(`${kind}: no sender report came`);
	return zeros.sort((a, b) => a - b)[(zeros.length - 1) >> 1]!;
}

/** RFC 5761 §4. */
function isRtcp(packet: Buffer): boolean {
	return packet[1]! >= 192 && packet[1]! <= 223;
}

function unitOf(packet: Buffer): Unit {
	let start = 12 + 4 * (packet[0]! & 0x0f);
	if (packet[0]! & 0x10) start += 4 + 4 * packet.readUInt16BE(start + 2);
	const end = packet.length - (packet[0]! & 0x20 ? packet[packet.length - 1]! : 0);
	return { timestamp: packet.readUInt32BE(4), payload: packet.subarray(start, end) };
}

/** Frames out of VP8 packets (RFC 7741 §4.2); packets come in order here, and none is lost. */
function picturesOf(packets: Buffer[]): Unit[] {
	const pictures: Unit[] = [];
	for (const { timestamp, payload } of packets.map(unitOf)) {
		if (payload.length === 0) continue;
		let at = 1;
		if (payload[0]! & 0x80) {
			const extension = payload[at++]!;
			if (extension & 0x80) at += payload[at]! & 0x80 ? 2 : 1;
			if (extension & 0x40) at++;
			if (extension & 0x30) at++;
		}
		const part = payload.subarray(at);
		const last = pictures.at(-1);
		if (last?.timestamp === timestamp) last.payload = Buffer.concat([last.payload, part]);
		else pictures.push({ timestamp, payload: part });
	}
	return pictures;
}
