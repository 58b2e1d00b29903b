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
