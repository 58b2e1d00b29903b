/**
 * Reads and shortens the fragments of an MP4 as mp4mux writes them: one track and one run per `moof`, followed by its `mdat`
 * (ISO/IEC 14496-12 §8.8). Pure; times are ticks of the track.
 */

export interface Track {
	kind: 'video' | 'audio';
	/** Ticks a second. */
	timescale: number;
}

export interface Sample {
	duration: number;
	size: number;
	/** Can be decoded on its own. */
	sync: boolean;
}

/** What a `moof` says. */
export interface Fragment {
	track: number;
	/** Decoding time of the first sample; without B-frames that is when it is shown. */
	start: number;
	samples: Sample[];
}

interface Box {
	type: string;
	/** Where the box and its content begin, and where it ends. */
	at: number;
	content: number;
	end: number;
}

/** Flags of `trun` (§8.8.8) and the bit of a sample's flags that says "no sync sample". */
const HAS = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };
const NO_SYNC = 0x1_0000;
/** Half a second of picture has 60, of sound 24; more means damage, and must not get memory. */
const MOST_SAMPLES = 65_536;
/** Flags of `tfhd` (§8.8.7): what comes before the defaults, and the defaults, used where all samples are alike. */
const DEFAULT = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 };

/** Size and type of a box from its first 16 bytes; null when they make no sense. */
export function boxHeader(head: Buffer): { type: string; size: number; header: number } | null {
	if (head.length < 8) return null;
	const type = head.toString('latin1', 4, 8);
	const size = head.readUInt32BE(0);
	if (size !== 1) return size < 8 ? null : { type, size, header: 8 };
	return head.length < 16 ? null : { type, size: Number(head.readBigUInt64BE(8)), header: 16 };
}

function* boxes(data: Buffer, from: number, to: number): Generator<Box> {
	for (let at = from; at + 8 <= to; ) {
		const box = boxHeader(data.subarray(at, at + 16));
		if (!box || at + box.size > to) return;
		yield { type: box.type, at, content: at + box.header, end: at + box.size };
		at += box.size;
	}
}

function find(data: Buffer, from: number, to: number, ...path: string[]): Box | null {
	const [type, ...rest] = path;
	const found = [...boxes(data, from, to)].find((box) => box.type === type);
	if (!found) return null;
	return rest.length > 0 ? find(data, found.content, found.end, ...rest) : found;
}

/** What `read` finds; null when a box is shorter than its content has to be. */
function whole<T>(read: () => T | null): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** The tracks of a whole `moov` box by their number. */
export function readTracks(moov: Buffer): Map<number, Track> {
	return whole(() => tracksOf(moov)) ?? new Map();
}

function tracksOf(moov: Buffer): Map<number, Track> {
	const tracks = new Map<number, Track>();
	for (const box of boxes(moov, 8, moov.length)) {
		if (box.type !== 'trak') continue;
		const tkhd = find(moov, box.content, box.end, 'tkhd');
		const mdhd = find(moov, box.content, box.end, 'mdia', 'mdhd');
		const hdlr = find(moov, box.content, box.end, 'mdia', 'hdlr');
		if (!tkhd || !mdhd || !hdlr) continue;
		// Version 1 has times of 64 bits before the field.
		const number = moov.readUInt32BE(tkhd.content + (moov[tkhd.content] === 1 ? 20 : 12));
		const timescale = moov.readUInt32BE(mdhd.content + (moov[mdhd.content] === 1 ? 20 : 12));
		const handler = moov.toString('latin1', hdlr.content + 8, hdlr.content + 12);
		if (handler === 'vide' || handler === 'soun') tracks.set(number, { kind: handler === 'vide' ? 'video' : 'audio', timescale });
	}
	return tracks;
}

interface Run {
	box: Box;
	flags: number;
	count: number;
	/** Where the first sample's entry begins, and bytes of each. */
	entries: number;
	entrySize: number;
}

function runOf(moof: Buffer): Run | null {
	const box = find(moof, 8, moof.length, 'traf', 'trun');
	if (!box) return null;
	const flags = moof.readUInt32BE(box.content) & 0xff_ffff;
	const fields = [HAS.duration, HAS.size, HAS.flags, HAS.composition].filter((flag) => flags & flag).length;
	const entries = box.content + 8 + (flags & HAS.dataOffset ? 4 : 0) + (flags & HAS.firstFlags ? 4 : 0);
	return { box, flags, count: moof.readUInt32BE(box.content + 4), entries, entrySize: fields * 4 };
}

function defaultsOf(moof: Buffer, tfhd: Box): { duration: number | null; size: number | null; flags: number | null } {
	const given = moof.readUInt32BE(tfhd.content) & 0xff_ffff;
	let at = tfhd.content + 8 + (given & DEFAULT.base ? 8 : 0) + (given & DEFAULT.description ? 4 : 0);
	const field = (own: number): number | null => {
		if ((given & own) === 0) return null;
		at += 4;
		return moof.readUInt32BE(at - 4);
	};
	return { duration: field(DEFAULT.duration), size: field(DEFAULT.size), flags: field(DEFAULT.flags) };
}

/** What a whole `moof` box says; null when it is not as mp4mux writes it. */
export function readFragment(moof: Buffer): Fragment | null {
	return whole(() => fragmentOf(moof));
}

function fragmentOf(moof: Buffer): Fragment | null {
	const tfhd = find(moof, 8, moof.length, 'traf', 'tfhd');
	const tfdt = find(moof, 8, moof.length, 'traf', 'tfdt');
	const run = runOf(moof);
	if (!tfhd || !tfdt || !run) return null;
	const { flags, count, entries, entrySize, box } = run;
	const defaults = defaultsOf(moof, tfhd);
	const known = (own: number, of: number | null) => (flags & own) !== 0 || of !== null;
	if (!known(HAS.duration, defaults.duration) || !known(HAS.size, defaults.size)) return null;
	if ((flags & HAS.dataOffset) === 0 || count > MOST_SAMPLES || entries + count * entrySize > box.end) return null;
	const samples = Array.from({ length: count }, (_, i) => {
		let at = entries + i * entrySize;
		const field = (own: number, of: number | null): number => {
			if ((flags & own) === 0) return of ?? 0;
			at += 4;
			return moof.readUInt32BE(at - 4);
		};
		const duration = field(HAS.duration, defaults.duration);
		const size = field(HAS.size, defaults.size);
		return { duration, size, sync: (field(HAS.flags, defaults.flags) & NO_SYNC) === 0 };
	});
	const long = moof[tfdt.content] === 1;
	const start = long ? Number(moof.readBigUInt64BE(tfdt.content + 4)) : moof.readUInt32BE(tfdt.content + 4);
	return { track: moof.readUInt32BE(tfhd.content + 4), start, samples };
}

/** Ticks at which a fragment ends. */
export function endOf({ start, samples }: Fragment): number {
	return samples.reduce((time, { duration }) => time + duration, start);
}

/** `moof` and `mdat` with only the first `keep` samples. */
export function shortened(moof: Buffer, mdat: Buffer, keep: number): Buffer {
	const run = runOf(moof)!;
	const { samples } = readFragment(moof)!;
	const removed = (run.count - keep) * run.entrySize;
	const kept = run.entries + keep * run.entrySize;
	const head = Buffer.concat([moof.subarray(0, kept), moof.subarray(run.box.end)]);
	const traf = find(moof, 8, moof.length, 'traf')!;
	for (const at of [0, traf.at, run.box.at]) head.writeUInt32BE(moof.readUInt32BE(at) - removed, at);
	head.writeUInt32BE(keep, run.box.content + 4);
	head.writeInt32BE(moof.readInt32BE(run.box.content + 8) - removed, run.box.content + 8);
	const { header } = boxHeader(mdat)!;
	const size = samples.slice(0, keep).reduce((sum, sample) => sum + sample.size, header);
	const data = Buffer.from(mdat.subarray(0, size));
	if (header === 8) data.writeUInt32BE(size, 0);
	else data.writeBigUInt64BE(BigInt(size), 8);
	return Buffer.concat([head, data]);
}
