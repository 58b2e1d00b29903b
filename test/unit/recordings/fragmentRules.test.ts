import * as assert from 'uvu/assert';
import { boxHeader, endOf, readFragment, readTracks, shortened } from '../../../service/recordings/fragments.js';
import { Random } from '../../tools/random.js';
import { test } from '../../tools/suite.js';

/** Boxes put together by hand (ISO/IEC 14496-12); fragments.test.ts has those of the real mp4mux. */
const u32 = (...values: number[]) => {
	const data = Buffer.alloc(values.length * 4);
	values.forEach((value, i) => {
		data.writeUInt32BE(value >>> 0, i * 4);
	});
	return data;
};
const box = (type: string, ...content: Buffer[]) => {
	const data = Buffer.concat(content);
	return Buffer.concat([u32(data.length + 8), Buffer.from(type, 'latin1'), data]);
};
/** With a size of 64 bits. */
const longBox = (type: string, content: Buffer) =>
	Buffer.concat([u32(1), Buffer.from(type, 'latin1'), u32(0, content.length + 16), content]);

interface Moof {
	tfhd?: Buffer;
	tfdt?: Buffer;
	trun?: Buffer;
}
const tfhd = (flags: number, ...fields: number[]) => box('tfhd', u32(flags, 7, ...fields));
const tfdt = (start: number) => box('tfdt', u32(0, start));
/** Its first field is where the data begin, as mp4mux writes it. */
const trun = (flags: number, count: number, ...fields: number[]) => box('trun', u32(flags | 1, count, 200, ...fields));
function moof({ tfhd: head = tfhd(0), tfdt: time = tfdt(500), trun: run = trun(0x300, 1, 10, 20) }: Moof): Buffer {
	return box('moof', box('mfhd', u32(0, 1)), box('traf', head, time, run));
}
const partOf = (name: string) => ({ tfhd: tfhd(0), tfdt: tfdt(500) })[name] ?? trun(0x300, 1, 10, 20);
const NO_SYNC = 0x1_0000;

test('a box says its type and size, short or long; what is too small or too short says nothing', () => {
	assert.equal(boxHeader(box('free', Buffer.alloc(4))), { type: 'free', size: 12, header: 8 });
	assert.equal(boxHeader(box('free')), { type: 'free', size: 8, header: 8 });
	assert.equal(boxHeader(longBox('mdat', Buffer.alloc(3))), { type: 'mdat', size: 19, header: 16 });
	assert.equal(boxHeader(longBox('mdat', Buffer.alloc(0))), { type: 'mdat', size: 16, header: 16 });
	assert.is(boxHeader(longBox('mdat', Buffer.alloc(3)).subarray(0, 15)), null);
	assert.is(boxHeader(Buffer.concat([u32(7), Buffer.from('free')])), null);
	assert.is(boxHeader(Buffer.alloc(7, 9)), null);
});

test('samples are read with durations, sizes and sync flags of their own', () => {
	const run = trun(0x700, 3, 10, 100, 0, 11, 200, NO_SYNC, 12, 300, NO_SYNC | 0x200_0000);
	const fragment = readFragment(moof({ trun: run }))!;
	assert.equal(fragment, {
		track: 7,
		start: 500,
		samples: [
			{ duration: 10, size: 100, sync: true },
			{ duration: 11, size: 200, sync: false },
			{ duration: 12, size: 300, sync: false },
		],
	});
	assert.is(endOf(fragment), 533);
});

test('what all samples have in common stands before them, behind whatever else may be there', () => {
	const two = trun(0, 2);
	for (const [what, head] of [
		['plain', tfhd(0x38, 40, 50, NO_SYNC)],
		['with a base', tfhd(0x39, 0, 9, 40, 50, NO_SYNC)],
		['with a description', tfhd(0x3a, 1, 40, 50, NO_SYNC)],
		['with both', tfhd(0x3b, 0, 9, 1, 40, 50, NO_SYNC)],
	] as const)
		assert.equal(
			readFragment(moof({ tfhd: head, trun: two }))?.samples,
			Array(2).fill({ duration: 40, size: 50, sync: false }),
			what,
		);
	const sizes = readFragment(moof({ tfhd: tfhd(0x8, 40), trun: trun(0x200, 2, 1, 2) }))!;
	assert.equal(
		sizes.samples.map(({ duration, size, sync }) => [duration, size, sync]),
		[
			[40, 1, true],
			[40, 2, true],
		],
	);
	const durations = readFragment(moof({ tfhd: tfhd(0x10, 50), trun: trun(0x100, 2, 3, 4) }))!;
	assert.equal(
		durations.samples.map(({ duration, size }) => [duration, size]),
		[
			[3, 50],
			[4, 50],
		],
	);
});

test('flags of the first sample and composition times are stepped over', () => {
	const first = readFragment(moof({ trun: trun(0x304, 2, 99, 10, 20, 11, 21) }))!;
	assert.equal(
		first.samples.map(({ duration, size }) => [duration, size]),
		[
			[10, 20],
			[11, 21],
		],
	);
	const shifted = readFragment(moof({ trun: trun(0xb00, 2, 10, 20, 5, 11, 21, 5) }))!;
	assert.equal(
		shifted.samples.map(({ duration, size }) => [duration, size]),
		[
			[10, 20],
			[11, 21],
		],
	);
});

test('a start of 64 bits is read whole', () => {
	const time = box('tfdt', u32(0x0100_0000, 2, 5));
	assert.is(readFragment(moof({ tfdt: time }))!.start, 2 * 2 ** 32 + 5);
});

test('a fragment that lacks something is none', () => {
	assert.ok(readFragment(moof({})));
	const without = (name: keyof Moof) => moof({ [name]: box('free') });
	for (const name of ['tfhd', 'tfdt', 'trun'] as const) assert.is(readFragment(without(name)), null, name);
	assert.is(readFragment(moof({ trun: trun(0x100, 1, 10) })), null, 'no sizes');
	assert.is(readFragment(moof({ trun: trun(0x200, 1, 10) })), null, 'no durations');
	assert.is(readFragment(moof({ trun: box('trun', u32(0x300, 1, 10, 20)) })), null, 'no place of the data');
	assert.is(readFragment(moof({ trun: trun(0x300, 2, 10, 20) })), null, 'one sample is not there');
	assert.is(readFragment(box('moof', box('mfhd'))), null);
});

test('tracks are found by what they are, in both versions of their headers', () => {
	const hdlr = (kind: string) => box('hdlr', u32(0, 0), Buffer.from(kind, 'latin1'), u32(0, 0, 0));
	const trak = (head: Buffer, media: Buffer, kind: string) => box('trak', head, box('mdia', media, hdlr(kind)));
	const short = (number: number, scale: number) => [box('tkhd', u32(0, 1, 2, number)), box('mdhd', u32(0, 1, 2, scale))] as const;
	const long = (number: number, scale: number) =>
		[box('tkhd', u32(0x0100_0000, 0, 1, 0, 2, number)), box('mdhd', u32(0x0100_0000, 0, 1, 0, 2, scale))] as const;
	const moov = box(
		'moov',
		box('mvhd', u32(0)),
		trak(...short(3, 90_000), 'vide'),
		trak(...long(4, 48_000), 'soun'),
		trak(...short(5, 1000), 'text'),
		box('trak', short(6, 1)[0]),
		box('trak', box('mdia', short(7, 1)[1], hdlr('vide'))),
		box('trak', short(8, 1)[0], box('mdia', hdlr('vide'))),
		box('trak', short(9, 1)[0], box('mdia', short(9, 1)[1])),
		box('udta', short(10, 1)[0], box('mdia', short(10, 1)[1], hdlr('vide'))),
	);
	assert.equal(
		[...readTracks(moov)],
		[
			[3, { kind: 'video', timescale: 90_000 }],
			[4, { kind: 'audio', timescale: 48_000 }],
		],
	);
	// A box that goes beyond the end is not read, nor what is behind it.
	assert.is(readTracks(moov.subarray(0, 60)).size, 0);
	const tooLong = Buffer.from(moov);
	const first = 8 + 12;
	tooLong.writeUInt32BE(tooLong.readUInt32BE(first) + 1000, first);
	assert.is(readTracks(tooLong).size, 0);
});

test('boxes that are damaged are no fragment and no tracks, and nothing is thrown', () => {
	for (const type of ['tfhd', 'tfdt', 'trun'] as const) {
		const last = box(
			'moof',
			box('traf', ...['tfhd', 'tfdt', 'trun'].filter((name) => name !== type).map((name) => partOf(name)), box(type)),
		);
		assert.is(readFragment(last), null, `an empty ${type}`);
	}
	assert.is(readTracks(box('moov', box('trak', box('mdia', box('mdhd'), box('hdlr')), box('tkhd')))).size, 0);
	const alike = (count: number) => readFragment(moof({ tfhd: tfhd(0x18, 40, 50), trun: trun(0, count) }));
	assert.equal([alike(65_536)?.samples.length, alike(65_537), alike(0xffff_ffff)], [65_536, null, null]);
	const random = new Random(3);
	const good = moof({ tfhd: tfhd(0x39, 0, 9, 40, 50, 0), trun: trun(0x300, 3, 10, 2, 11, 3, 12, 4) });
	for (let i = 0; i < 2000; i += 1) {
		const damaged = Buffer.from(good.subarray(0, random.between(8, good.length)));
		for (let n = 0; n < 3; n += 1) damaged[Math.floor(random.next() * damaged.length)] = Math.floor(random.next() * 256);
		readFragment(damaged);
		readTracks(damaged);
	}
});

test('a fragment is shortened with all sizes and places that change with it', () => {
	for (const wrap of [(data: Buffer) => box('mdat', data), (data: Buffer) => longBox('mdat', data)]) {
		const data = Buffer.from('aabbbcccc');
		const head = moof({ trun: trun(0x300, 3, 10, 2, 11, 3, 12, 4) });
		const cut = shortened(head, wrap(data), 2);
		const { size } = boxHeader(cut)!;
		assert.is(size, head.length - 8);
		assert.equal(readFragment(cut.subarray(0, size)), {
			track: 7,
			start: 500,
			samples: [
				{ duration: 10, size: 2, sync: true },
				{ duration: 11, size: 3, sync: true },
			],
		});
		const rest = cut.subarray(size);
		assert.equal(rest, wrap(Buffer.from('aabbb')));
		// Where the data begin moves with them.
		assert.is(cut.readInt32BE(size - 4 * 4 - 4), 200 - 8);
		const traf = cut.subarray(8 + 16, size);
		assert.is(boxHeader(traf)!.size, traf.length);
	}
});

test.run();
