import * as assert from 'uvu/assert';
import { GstLaunch, killLaunches, type Passed } from '../tools/engine/gstLaunch.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

let count = 0;
/** An address nobody else has. */
const fresh = () => `r58.test${process.pid}.${++count}`;

/** H.264 with a key frame every `gop` frames. */
const h264 = (address: string, gop: number, more = '') =>
	`videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1
	! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=${gop} bitrate=500
	! video/x-h264,stream-format=byte-stream,alignment=au ! r58linksink address=${address} mode=encoded ${more}`;
/** Absolute times at the tap: origin 0. */
const reader = (address: string, more: string) =>
	`r58linksrc address=${address} mode=encoded pts-origin=0 ${more} ! identity name=tap silent=false ! fakesink sync=false async=false`;

const isKey = (b: Passed) => !b.flags.includes('delta-unit');
const offsets = (launch: GstLaunch) => launch.passed.tap!.map((b) => b.offset);

function assertConsecutive(numbers: number[], what: string): void {
	const breaks = numbers.flatMap((n, i) => (i && n !== numbers[i - 1]! + 1 ? [`${numbers[i - 1]} → ${n}`] : []));
	assert.equal(breaks, [], what);
}

/** The absolute time of the writer's n-th key frame. */
async function keyTime(writer: GstLaunch, n: number): Promise<bigint> {
	const keys = () => writer.events.filter((e) => e.event === 'key');
	await until(() => keys().length >= n, { what: `key frame ${n}`, everyMs: 10 });
	return BigInt(keys()[n - 1]!.json.ptsNs);
}

test.after.each(killLaunches);

test('start=key begins at once with the last key frame', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 300));
	await until(() => writer.stats().buffers! >= 30, { what: 'a second of video' });
	const taker = new GstLaunch(reader(address, 'start=key'));
	const seen = await taker.buffers('tap', 35);
	assert.ok(isKey(seen[0]!));
	assert.is(seen[0]!.ptsNs, await keyTime(writer, 1));
	assertConsecutive(offsets(taker), 'units');
});

test('start=live begins with the next unit, and a key frame comes soon', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 300));
	await until(() => writer.stats().buffers! >= 30, { what: 'a second of video' });
	const taker = new GstLaunch(reader(address, 'start=live'));
	const seen = await taker.buffers('tap', 30);
	assert.ok(seen[0]!.offset >= 30);
	assert.ok(seen.some(isKey), 'without being asked for, the next one would be 270 units away');
});

test('a reader of the present that stood still goes on with a key frame of now, and counts what it left out', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 15));
	const taker = new GstLaunch(reader(address, 'start=live'));
	await taker.buffers('tap', 30);
	const before = taker.passed.tap!.length;
	taker.signal('SIGSTOP');
	const stopped = writer.stats().buffers!;
	await until(() => writer.stats().buffers! > stopped + 75, { what: '2.5 s more of video' });
	taker.signal('SIGCONT');
	const seen = await taker.buffers('tap', before + 40);
	const jumps = seen.flatMap((b, i) => (i > 0 && b.offset !== seen[i - 1]!.offset + 1 ? [i] : []));
	assert.ok(jumps.length > 0, 'it skips');
	for (const i of jumps) assert.ok(isKey(seen[i]!), `goes on at ${seen[i]!.offset} with a key frame`);
	const left = jumps.reduce((sum, i) => sum + seen[i]!.offset - seen[i - 1]!.offset - 1, 0);
	assert.ok(left > 30, `${left} units left out`);
	await until(() => taker.stats().skipped === left, { what: `${left} units to be counted (${taker.stats().skipped})` });
	assert.is(taker.stats().lost, 0);
});

test('a reader of the present begins a new writer at its first key frame and says what is missing between the two', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 300));
	const taker = new GstLaunch(reader(address, 'start=live'));
	await taker.buffers('tap', 15);
	await writer.kill();
	const before = taker.passed.tap!.length;
	new GstLaunch(h264(address, 300));
	const gap = await taker.event(({ event }) => event === 'gap', 'the gap');
	const seen = await taker.buffers('tap', before + 10);
	const first = seen.findIndex((b, i) => i > 0 && b.offset === 0);
	assert.ok(isKey(seen[first]!));
	assert.equal([gap.json.fromPtsNs, gap.json.toPtsNs], [seen[first - 1]!.ptsNs, seen[first]!.ptsNs].map(String));
	assertConsecutive(offsets(taker).slice(first), 'units of the new one');
});

test('start=pts gives exactly the history from there on', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 10));
	const second = await keyTime(writer, 2);
	await keyTime(writer, 5);
	const taker = new GstLaunch(reader(address, `start=pts start-pts=${second}`));
	const seen = await taker.buffers('tap', 40);
	assert.is(seen[0]!.ptsNs, second);
	assert.is(seen[0]!.offset, 10);
	assertConsecutive(offsets(taker), 'units');
	assert.is(taker.stats().late ?? 0, 0);
});

test('a killed recorder that starts again from its last key frame has lost nothing', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 10));
	const first = new GstLaunch(reader(address, 'start=key'));
	await first.buffers('tap', 25);
	await first.kill();
	const lastKey = first.passed.tap!.findLast(isKey)!;
	await keyTime(writer, 5);
	const again = new GstLaunch(reader(address, `start=pts start-pts=${lastKey.ptsNs}`));
	await again.buffers('tap', 30);
	assert.is(again.passed.tap![0]!.offset, lastKey.offset);
	assertConsecutive(offsets(again), 'units');
	assert.ok(again.passed.tap!.at(-1)!.offset > first.passed.tap!.at(-1)!.offset);
});

test('a reader follows a writer that was killed and started again', async () => {
	const address = fresh();
	const first = new GstLaunch(h264(address, 10));
	const taker = new GstLaunch(reader(address, 'start=key'));
	await taker.buffers('tap', 10);
	await first.kill();
	const before = taker.passed.tap!.length;
	const second = new GstLaunch(h264(address, 10));
	const started = await keyTime(second, 1);
	const after = (await taker.buffers('tap', before + 10)).slice(before);
	assert.is(after[0]!.ptsNs, started);
	assert.is(after[0]!.offset, 0);
	assert.match(after[0]!.flags, 'discont');
	assert.ok(isKey(after[0]!));
});

test('units larger than a message arrive whole, also by the slow way through a full socket', async () => {
	const address = fresh();
	// Two seconds are 768 kB, the socket takes 208.
	const sound = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2';
	const writer = new GstLaunch(
		`audiotestsrc is-live=true samplesperbuffer=960 wave=saw ! ${sound}
		! audiobuffersplit output-buffer-duration=1/8 ! r58linksink address=${address} mode=encoded`,
	);
	await until(() => writer.stats().buffers! >= 16, { what: 'two seconds' });
	const taker = new GstLaunch(reader(address, 'start=pts start-pts=0'));
	const seen = await taker.buffers('tap', 20);
	assert.is(seen[0]!.offset, 0);
	assert.ok(seen.every((b) => b.bytes === 48_000));
	assertConsecutive(offsets(taker), 'units');
});

test('a reader that falls off the history goes on with what there is, and that is counted', async () => {
	const address = fresh();
	const sound = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2';
	const writer = new GstLaunch(
		`audiotestsrc is-live=true samplesperbuffer=4800 ! ${sound} ! r58linksink address=${address} mode=encoded history-ms=300`,
	);
	const taker = new GstLaunch(reader(address, 'start=live'));
	await taker.buffers('tap', 5);
	taker.signal('SIGSTOP');
	await until(() => writer.stats().overrun! > 5, { what: 'an overrun' });
	taker.signal('SIGCONT');
	const at = taker.passed.tap!.length;
	const newest = writer.stats().buffers!;
	await until(() => taker.passed.tap!.at(-1)!.offset > newest, { what: 'the present' });
	assert.ok(taker.passed.tap!.length > at);
	await until(() => taker.stats().lost! > 0 && taker.stats().lost === writer.stats().overrun, { what: 'both to count the same' });
	assert.is(writer.stats().disconnected, 0);
});

test('a request for a key frame travels up through two links, at most one in 500 ms', async () => {
	const [address, relayed] = [fresh(), fresh()];
	const writer = new GstLaunch(h264(address, 9000));
	await keyTime(writer, 1);
	const relay = new GstLaunch(
		`r58linksrc address=${address} mode=encoded start=key ! r58linksink address=${relayed} mode=encoded`,
	);
	await until(() => relay.stats('r58linksink0').buffers! > 0, { what: 'the relay' });
	const ask = () => new GstLaunch(reader(relayed, 'start=live command={"op":"key-unit"}'));
	for (let i = 0; i < 4; i++) ask();
	const asked = await keyTime(writer, 2);
	const keys = () => writer.events.filter((e) => e.event === 'key').map((e) => BigInt(e.json.ptsNs));
	await until(() => writer.stats().buffers! > 120, { what: 'four seconds' });
	for (const [i, time] of keys().slice(2).entries())
		assert.ok(time - keys()[i + 1]! > 300_000_000n, `${time - keys()[i + 1]!} ns apart`);
	assert.ok(asked > keys()[0]!);
});

test('history from before the pipeline began comes in order, in small steps', async () => {
	const address = fresh();
	const writer = new GstLaunch(h264(address, 30));
	await until(() => writer.stats().buffers! >= 45, { what: 'a second and a half of video' });
	const taker = new GstLaunch(
		`r58linksrc address=${address} mode=encoded start=pts start-pts=0 ! identity name=tap silent=false ! fakesink sync=false async=false`,
	);
	const seen = await taker.buffers('tap', 90);
	assert.is(seen[0]!.offset, 0);
	assertConsecutive(offsets(taker), 'units');
	assert.ok(seen.every((b, i) => i === 0 || b.ptsNs > seen[i - 1]!.ptsNs));
});

test.run();
