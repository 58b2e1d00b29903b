/** VP8 and Opus with any times into a WebM file: RFC 9559, and what Matroska's codec mappings ask for. */

export interface WebmFrame {
	kind: 'video' | 'audio';
	atMs: number;
	key: boolean;
	data: Buffer;
}

/** A tick of the file, 10 µs. */
const tickNs = 10_000;
const tracks = { video: 1, audio: 2 };

/** Frames in order of time; the first picture is a key frame. */
export function webmOf(width: number, height: number, frames: WebmFrame[]): Buffer {
	const audioHead = Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0])]);
	const video = element(0xae, [
		uint(0xd7, tracks.video),
		uint(0x73c5, tracks.video),
		uint(0x83, 1),
		text(0x86, 'V_VP8'),
		element(0xe0, [uint(0xb0, width), uint(0xba, height)]),
	]);
	const audio = element(0xae, [
		uint(0xd7, tracks.audio),
		uint(0x73c5, tracks.audio),
		uint(0x83, 2),
		text(0x86, 'A_OPUS'),
		element(0x63a2, [audioHead]),
		element(0xe1, [float(0xb5, 48_000), uint(0x9f, 2)]),
	]);
	return Buffer.concat([
		element(0x1a45dfa3, [uint(0x4287, 4), uint(0x4285, 2), text(0x4282, 'webm')]),
		element(0x18538067, [
			element(0x1549a966, [uint(0x2ad7b1, tickNs), text(0x4d80, 'r58'), text(0x5741, 'r58')]),
			element(0x1654ae6b, [video, audio]),
			...frames.map(cluster),
		]),
	]);
}

/** One for each frame: times within a cluster have 16 bits only. */
function cluster({ kind, atMs, key, data }: WebmFrame): Buffer {
	const block = Buffer.from([0x80 | tracks[kind], 0, 0, key ? 0x80 : 0]);
	return element(0x1f43b675, [uint(0xe7, Math.round((atMs * 1e6) / tickNs)), element(0xa3, [block, data])]);
}

function element(id: number, parts: Buffer[]): Buffer {
	const body = Buffer.concat(parts);
	const size = Buffer.alloc(8);
	size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
	return Buffer.concat([bytesOf(id), size, body]);
}

function uint(id: number, value: number): Buffer {
	return element(id, [bytesOf(value)]);
}

function float(id: number, value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeDoubleBE(value);
	return element(id, [bytes]);
}

function text(id: number, value: string): Buffer {
	return element(id, [Buffer.from(value)]);
}

function bytesOf(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes.subarray(Math.min(7, bytes.findIndex((byte) => byte !== 0) >>> 0));
}
