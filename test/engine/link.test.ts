import * as assert from 'uvu/assert';
import { GstLaunch, killLaunches, type Passed } from '../tools/engine/gstLaunch.js';
import { test } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

const video = 'video/x-raw,format=I420,width=320,height=180,framerate=30/1,pixel-aspect-ratio=1/1,colorimetry=bt709';
const audio = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3';
const periodNs = 1e9 / 30;

let count = 0;
/** An address nobody else has. */
const fresh = () => `r58.test${process.pid}.${++count}`;

const picture = (address: string, more = '') => `videotestsrc is-live=true ${more} ! ${video} ! r58linksink address=${address}`;
const reader = (address: string, more = '') => `r58linksrc address=${address} ${more}`;
const tap = (name = 'tap') => `! identity name=${name} silent=false ! fakesink sync=false async=false`;
const sums = '! checksumsink sync=false async=false';

/** The sums a checksumsink printed, in order. */
const sumsOf = (launch: GstLaunch) =>
	launch.lines.flatMap((line) => line.match(/^\d+:\d\d:\d\d\.\d{9} ([0-9a-f]{40})$/)?.[1] ?? []);

/** Each number is the one before plus one. */
function assertConsecutive(numbers: number[], what: string): void {
	const breaks = numbers.flatMap((n, i) => (i && n !== numbers[i - 1]! + 1 ? [`${numbers[i - 1]} → ${n}`] : []));
	assert.equal(breaks, [], what);
}

/** Buffers whose numbers do not follow those before. */
function jumps(buffers: Passed[]): (Passed & { missing: number })[] {
	return buffers.flatMap((b, i) => {
		const missing = i ? b.offset - buffers[i - 1]!.offset - 1 : 0;
		return missing === 0 ? [] : [{ ...b, missing }];
	});
}

async function readerOf(address: string, more: string, rest: string): Promise<GstLaunch> {
	const launch = new GstLaunch(`${reader(address, more)} ${rest}`);
	await launch.event((e) => e.event === 'stats', 'the reader to play');
	return launch;
}

test.after.each(killLaunches);

const wide = 'video/x-raw,format=I420,width=630,height=362,framerate=30/1';
const moving = `videotestsrc num-buffers=60 pattern=ball is-live=true ! ${wide}`;
// A decoder that renders into its own layout pads every line.
const padded = `${moving} ! x264enc tune=zerolatency speed-preset=ultrafast ! avdec_h264 max-threads=1`;

const layouts: [what: string, source: string, isCopied: boolean][] = [
	['slots that upstream writes into', moving, false],
	['memory of another element', `${moving} ! identity drop-allocation=true`, true],
	['planes with strides of their own', padded, true],
];
for (const [what, source, isCopied] of layouts)
	test(`raw pictures pass bit by bit: ${what}`, async () => {
		const address = fresh();
		const taker = await readerOf(address, 'fill=false hold=12', sums);
		const expected = new GstLaunch(`${source} ${sums}`);
		const writer = new GstLaunch(`${source} ! r58linksink address=${address}`);
		await expected.end();
		await writer.end();
		// The first ones may be gone before the reader has found the writer.
		const last = sumsOf(expected).at(-1);
		await until(() => sumsOf(taker).at(-1) === last, { what: 'the last picture', everyMs: 10 });
		const seen = sumsOf(taker);
		assert.ok(seen.length >= 25, `${seen.length} pictures`);
		assert.equal(seen, sumsOf(expected).slice(-seen.length));
		const { copied } = writer.stats();
		assert.is(copied! > 0, isCopied, `copied ${copied}`);
	});

test('sound passes inside the messages', async () => {
	const address = fresh();
	const taker = await readerOf(address, 'fill=false hold=12', tap());
	const writer = new GstLaunch(
		`audiotestsrc is-live=true samplesperbuffer=480 num-buffers=100 ! ${audio} ! r58linksink address=${address}`,
	);
	await writer.end();
	await until(() => taker.passed.tap?.at(-1)?.offset === 99, { what: 'the last block', everyMs: 10 });
	const blocks = taker.passed.tap!;
	assertConsecutive(
		blocks.map((b) => b.offset),
		'blocks of the writer',
	);
	assert.ok(blocks.every((b) => b.bytes === 480 * 8));
});

test('fill gives one picture for every slot of the grid, before, without and after a killed writer', async () => {
	const address = fresh();
	const taker = new GstLaunch(`${reader(address, `caps=${video} grace-ms=100`)} ${tap()}`);
	await taker.buffers('tap', 10);
	for (const connects of [1, 2]) {
		const writer = new GstLaunch(picture(address));
		const connected = () => taker.stats().connects === connects && taker.stats().connected && taker.stats();
		const before = await until(connected, { what: `connection ${connects}` });
		await until(() => taker.stats().buffers! > (before as { buffers: number }).buffers, { what: 'pictures to arrive' });
		await writer.kill();
		const synthesised = taker.stats().synthesised!;
		await until(() => taker.stats().synthesised! > synthesised + 5, { what: 'stand-ins' });
	}
	await taker.stop();
	const seen = taker.passed.tap!;
	assertConsecutive(
		seen.map((b) => b.offset),
		'slots',
	);
	for (const b of seen) {
		const sinceFirst = Number(b.ptsNs - seen[0]!.ptsNs) - (b.offset - seen[0]!.offset) * periodNs;
		assert.ok(Math.abs(sinceFirst) < 2, `slot ${b.offset} is ${sinceFirst} ns off the grid`);
	}
});

test('fill gives one block of sound every 10 ms, silence where none comes', async () => {
	const address = fresh();
	const taker = new GstLaunch(`${reader(address, `caps=${audio} grace-ms=60`)} ${tap()}`);
	const writer = new GstLaunch(`audiotestsrc is-live=true samplesperbuffer=480 ! ${audio} ! r58linksink address=${address}`);
	await until(() => taker.stats().buffers! > 20, { what: 'sound to arrive' });
	await writer.kill();
	const synthesised = taker.stats().synthesised!;
	await until(() => taker.stats().synthesised! > synthesised + 50, { what: 'silence' });
	await taker.stop();
	const seen = taker.passed.tap!;
	assertConsecutive(
		seen.map((b) => b.offset),
		'blocks',
	);
	assert.is(seen.at(-1)!.ptsNs - seen[0]!.ptsNs, BigInt(seen.length - 1) * 10_000_000n);
});

test('what comes after its stand-in is dropped and counted', async () => {
	const address = fresh();
	const taker = new GstLaunch(`${reader(address, `caps=${video} grace-ms=100`)} ${tap()}`);
	await taker.buffers('tap', 3);
	new GstLaunch(`${picture(address)} pts-offset=-1000000000`);
	await until(() => taker.stats().late! > 10, { what: 'late pictures' });
	await taker.stop();
	assert.is(taker.stats().buffers, 0);
	assertConsecutive(
		taker.passed.tap!.map((b) => b.offset),
		'slots',
	);
});

test('on-loss=black shows the last picture for a while, then black', async () => {
	const address = fresh();
	const taker = new GstLaunch(`${reader(address, `caps=${video} grace-ms=100 on-loss=black hold-ms=300`)} ${sums}`);
	await until(() => sumsOf(taker).length > 3, { what: 'black before the first picture' });
	const black = sumsOf(taker)[0]!;
	const writer = new GstLaunch(picture(address, 'pattern=ball'));
	await until(() => taker.stats().buffers! > 10, { what: 'pictures' });
	await writer.kill();
	await until(() => sumsOf(taker).at(-1) === black, { what: 'black again', everyMs: 10 });
	const last = sumsOf(taker).findLast((sum) => sum !== black);
	const repeats = sumsOf(taker).filter((sum) => sum === last).length - 1;
	assert.ok(repeats === 8 || repeats === 9, `${repeats} repeats in 300 ms`);
});

test('a frozen reader is passed over, cut off and counted; writer and others do not notice', async () => {
	const address = fresh();
	const writer = new GstLaunch(picture(address));
	const frozen = await readerOf(address, `caps=${video}`, tap());
	const other = await readerOf(address, 'fill=false hold=12', tap());
	await other.buffers('tap', 5);
	await frozen.buffers('tap', 5);
	frozen.signal('SIGSTOP');
	const at = { buffers: writer.stats().buffers!, time: performance.now(), seen: other.passed.tap!.length };
	await until(() => writer.stats().disconnected === 1, { what: 'the frozen reader to be cut off' });
	await until(() => writer.stats().buffers! > at.buffers + 45, { what: 'the writer to go on' });
	const seconds = (performance.now() - at.time) / 1000;
	assert.ok(seconds < 45 / 30 + 5, `45 pictures took ${seconds} s`);
	assert.ok(writer.stats().skipped! > 5);
	assert.is(writer.stats().dropped, 0);
	assert.is(writer.stats().readers, 1);
	assertConsecutive(
		other.passed.tap!.map((b) => b.offset),
		'pictures at the other reader',
	);
	frozen.signal('SIGCONT');
	await until(() => frozen.stats().connects === 2, { what: 'the reader to come back' });
	await frozen.stop();
	for (const { offset, flags } of jumps(frozen.passed.tap!)) assert.match(flags, 'discont', `slot ${offset} after a jump`);
});

const standMs = process.env.R58_LONG ? 20_000 : 3000;

test('a reader that stood still goes on with the present, says so, and does not pour out what it missed', async () => {
	const address = fresh();
	const sound = fresh();
	const writer = new GstLaunch(picture(address));
	const speaker = new GstLaunch(`audiotestsrc is-live=true samplesperbuffer=480 ! ${audio} ! r58linksink address=${sound}`);
	const takers = [
		{ taker: await readerOf(address, `caps=${video} hold=10`, tap()), perSecond: 30 },
		{ taker: await readerOf(sound, `caps=${audio} hold=8`, tap()), perSecond: 100 },
	];
	for (const { taker } of takers) await until(() => taker.stats().buffers! > 20, { what: 'buffers' });
	for (const { taker } of takers) taker.signal('SIGSTOP');
	await pause(standMs);
	for (const { taker } of takers) taker.signal('SIGCONT');
	for (const { taker } of takers) await until(() => taker.stats().jumped! > 0, { what: 'the reader to go on' });
	for (const { taker, perSecond } of takers) {
		await taker.buffers('tap', taker.passed.tap!.length + 30);
		await taker.stop();
		const [jump, ...others] = jumps(taker.passed.tap!);
		assert.equal(others, [], 'one jump');
		assert.match(jump!.flags, 'discont');
		// What waited in the socket is passed on, and what lies less than a second back.
		assert.ok(jump!.missing > ((standMs - 1500) / 1000) * perSecond, `${jump!.missing} slots left out`);
	}
	await writer.kill();
	await speaker.kill();
});

test('a writer of other caps is refused and counted, not an error', async () => {
	const address = fresh();
	const writer = new GstLaunch(picture(address));
	const taker = await readerOf(address, `caps=${video.replace('320', '640')} grace-ms=0`, tap());
	await until(() => writer.stats().buffers! > 30, { what: 'the writer to go on' });
	await taker.buffers('tap', 30);
	assert.is(taker.stats().connects, 0);
	assert.is(taker.stats().buffers, 0);
	assert.is(await taker.stop(), 0);
});

test('a second writer under one address is an error that names it', async () => {
	const address = fresh();
	const first = new GstLaunch(picture(address));
	await first.event((e) => e.event === 'stats', 'the first writer');
	const second = new GstLaunch(picture(address));
	assert.is.not(await second.end(), 0);
	assert.match(second.lines.join('\n'), `link address ${address} is in use`);
	await first.kill();
	const third = new GstLaunch(picture(address));
	await third.event((e) => e.event === 'stats', 'a writer under the address of a dead one');
});

test('a reader stops at once, with or without a writer', async () => {
	const address = fresh();
	for (const more of ['fill=false', `caps=${video} grace-ms=10000`]) {
		const taker = await readerOf(address, more, tap());
		const start = performance.now();
		await taker.stop();
		assert.ok(performance.now() - start < 1000);
	}
});

test.run();
