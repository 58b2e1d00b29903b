/** Buffers with their times, exact to the nanosecond, from a file that `gdppay ! filesink` wrote (GStreamer Data Protocol 1.0). */
import { readFileSync } from 'node:fs';

export interface GdpBuffer {
	/** Running time, or stream time where the segment says so, ns; −1 when there is none. */
	ptsNs: bigint;
	durationNs: bigint;
	/** GST_BUFFER_OFFSET: r58 elements put the frame or sample number there. */
	offset: bigint;
	data: Buffer;
}

const headerBytes = 62;
const bufferType = 1;
const capsType = 2;
/** GST_BUFFER_FLAG_DISCONT. */
const discontFlag = 0x40;

/** All whole buffers of the file; caps and events are passed over. */
export function readGdp(file: string): GdpBuffer[] {
	const bytes = readFileSync(file);
	const buffers: GdpBuffer[] = [];
	for (let at = 0; at + headerBytes <= bytes.length; ) {
		const length = bytes.readUInt32BE(at + 6);
		const end = at + headerBytes + length;
		if (bytes.readUInt16BE(at + 4) === bufferType && end <= bytes.length) {
			buffers.push({
				ptsNs: bytes.readBigInt64BE(at + 10),
				durationNs: bytes.readBigInt64BE(at + 18),
				offset: bytes.readBigInt64BE(at + 26),
				data: bytes.subarray(at + headerBytes, end),
			});
		}
		at = end;
	}
	return buffers;
}

/** What `gdpdepay` takes: buffers with any times, also those no source would give. */
export function gdpOf(caps: string, buffers: { ptsNs: bigint; data: Buffer; discont?: boolean }[]): Buffer {
	const parts = [packet(capsType, Buffer.from(`${caps}\0`))];
	for (const { ptsNs, data, discont } of buffers)
		parts.push(
			packet(bufferType, data, (header) => {
				header.writeBigInt64BE(ptsNs, 10);
				for (const at of [18, 26, 34]) header.writeBigInt64BE(-1n, at);
				header.writeUInt16BE(discont ? discontFlag : 0, 42);
			}),
		);
	return Buffer.concat(parts);
}

function packet(type: number, data: Buffer, fill: (header: Buffer) => void = () => {}): Buffer {
	const header = Buffer.alloc(headerBytes);
	header[0] = 1;
	header.writeUInt16BE(type, 4);
	header.writeUInt32BE(data.length, 6);
	fill(header);
	return Buffer.concat([header, data]);
}
