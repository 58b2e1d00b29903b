import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import {
	blue,
	type Frames,
	full,
	green,
	near,
	red,
	type Stage,
	staged as stagedIn,
	type Yuv,
	yuv,
} from '../tools/engine/mixerStage.js';
import type { EventBody, Pipeline } from '../tools/engine/pipeline.js';
import { bandDb } from '../tools/engine/tones.js';
import { timedSuite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** What a slot shows from the frame on in which its source is gone, and when it is back. */
const test = timedSuite('loss');
const staged = (name: string, body: (stage: Stage) => Promise<void>) => stagedIn(name, body, test);

/** 15 frames: test picture k is due in program frame k + 15, whatever else the machine is busy with. */
const delay = { delayMs: 500 };
const delayFrames = 15;
/** A lost slot shows its last picture in two frames: its own, and the one that finds nothing new. */
const noticeFrames = 2;
/** What comes back is tried for so long, twice as long each time that it is lost again soon. */
const trialFrames = 9;
/** In the border of a test picture that fills the canvas. */
const edge: [number, number] = [4, 90];

type Kind = 'red' | 'green' | 'blue' | 'slate' | 'other';

function kindOf([y, u, v]: Yuv): Kind {
	const is = (colour: number) => yuv(colour).every((value, i) => Math.abs(value - [y, u, v][i]!) <= 3);
	if (is(red)) return 'red';
	if (is(green)) return 'green';
	if (is(blue)) return 'blue';
	return Math.abs(u - 128) <= 1 && Math.abs(v - 128) <= 1 && y >= 30 && y <= 60 ? 'slate' : 'other';
}

/** Frames of one kind in a row. */
function runs(video: Frames, from: number, to: number, at = edge): { kind: Kind; first: number; length: number }[] {
	const found: { kind: Kind; first: number; length: number }[] = [];
	for (let frame = from; frame <= to; frame++) {
		const kind = kindOf(video.pixel(frame, ...at));
		if (found.at(-1)?.kind === kind) found.at(-1)!.length++;
		else found.push({ kind, first: frame, length: 1 });
	}
	return found;
}

/** Every frame shows the number that its time asks for. */
function advancing(video: Frames, from: number, to: number): void {
	for (let frame = from; frame <= to; frame++) assert.is(video.counter(frame), frame - delayFrames, `in frame ${frame}`);
}

/** The grid index of a moment. */
function gridIndex(ns: bigint): number {
	return Number((ns * 30n) / 1_000_000_000n);
}

const lossOf = (stage: Stage, slot = 0) => stage.mixer.waitEvent('slot', (e) => e.slot === slot && e.video === 'lost');
const returnOf = (stage: Stage, slot = 0) => stage.mixer.waitEvent('slot', (e) => e.slot === slot && e.video === 'live');

/** The frame in which the program is now. */
async function nowFrame(stage: Stage, id: string, layers: object[] = [{ slot: 0, ...full }]): Promise<number> {
	return (await stage.program(id, layers)).applied.frame;
}

/** Kills the source of slot 0 and waits until the mixer says so; how long that took. */
async function lose(stage: Stage, source: Pipeline): Promise<number> {
	const lost = lossOf(stage);
	const at = performance.now();
	source.kill();
	await lost;
	return performance.now() - at;
}

/** Starts it again; the grid index of then. */
async function bringBack(stage: Stage, colour: number): Promise<number> {
	const at = gridIndex(process.hrtime.bigint());
	const live = returnOf(stage);
	await stage.counted(0, colour);
	await live;
	return at;
}

staged('hold: the last picture stays; the first one after it is of after the return, and the numbers run on', async (stage) => {
	const source = await stage.counted(0, red);
	await stage.start('video');
	await stage.point([0], false, { ...delay, onLoss: 'hold' });
	const begin = await nowFrame(stage, 'on');
	await stage.written(30);
	const noticedMs = await lose(stage, source);
	const lostBy = await nowFrame(stage, 'lost');
	await stage.written(lostBy - begin + 60);
	const restart = await bringBack(stage, green);
	const back = await nowFrame(stage, 'back');
	await stage.stop();
	assert.ok(noticedMs - delay.delayMs < 500, `noticed after ${noticedMs} ms`);
	const video = stage.video();
	const [before, after, ...more] = runs(video, begin, back);
	assert.equal([before!.kind, after!.kind, more.length], ['red', 'green', 0]);
	const last = video.counter(lostBy)!;
	advancing(video, begin, last + delayFrames);
	for (let frame = last + delayFrames; frame < after!.first; frame++) assert.is(video.counter(frame), last);
	assert.ok(video.counter(after!.first)! > restart, 'no picture of before the return');
	assert.ok(back - after!.first >= trialFrames, 'the picture runs on before the slot is called live');
	advancing(video, after!.first, back);
});

staged('slate: from the second frame without a picture on, until the source is back', async (stage) => {
	let source = await stage.counted(0, red);
	await stage.start('video');
	await stage.point([0], false, { ...delay, onLoss: 'slate' });
	const begin = await nowFrame(stage, 'on');
	const restarts: number[] = [];
	for (const colour of [green, blue]) {
		await stage.written((await nowFrame(stage, 'runs')) - begin + 20);
		await lose(stage, source);
		await stage.written((await nowFrame(stage, 'lost')) - begin + 20);
		restarts.push(await bringBack(stage, colour));
		source = stage.newest();
	}
	const end = await nowFrame(stage, 'end');
	await stage.stop();
	const video = stage.video();
	const seen = runs(video, begin, end);
	assert.equal(
		seen.map(({ kind }) => kind),
		['red', 'slate', 'green', 'slate', 'blue'],
	);
	for (const [i, run] of seen.entries()) {
		const next = seen[i + 1];
		if (run.kind === 'slate') {
			assert.ok(run.length > 10, `${run.length} frames of slate`);
			assert.ok(video.counter(next!.first)! > restarts[(i - 1) / 2]!, 'no picture of before the return');
			continue;
		}
		// The last number is in exactly two frames; before that each is in its own.
		const last = next ? next.first - noticeFrames : end;
		advancing(video, run.first, last);
		if (next) assert.is(video.counter(next.first - 1), video.counter(last), 'the frame in which nothing new came');
	}
	const slate = seen[1]!.first;
	assert.ok(video.pixel(slate, 160, 4)[0] > video.pixel(slate, 160, 175)[0], 'the slate is lighter at the top');
});

staged('a source that stood still shows nothing of the time it missed', async (stage) => {
	const source = await stage.counted(0, red);
	await stage.start('video');
	await stage.point([0], false, { ...delay, onLoss: 'slate' });
	const begin = await nowFrame(stage, 'on');
	const lost = lossOf(stage);
	process.kill(source.pid, 'SIGSTOP');
	await lost;
	await stage.written((await nowFrame(stage, 'lost')) - begin + 40);
	const back = returnOf(stage);
	const woken = gridIndex(process.hrtime.bigint());
	process.kill(source.pid, 'SIGCONT');
	await back;
	const end = await nowFrame(stage, 'end');
	await stage.stop();
	const video = stage.video();
	const [before, slate, after, ...more] = runs(video, begin, end);
	assert.equal([before!.kind, slate!.kind, after!.kind, more.length], ['red', 'slate', 'red', 0]);
	// What it makes up for is shown only where its delay still allows it in time.
	assert.ok(video.counter(after!.first)! >= woken - delayFrames, `${video.counter(after!.first)} is of before ${woken}`);
	let last = video.counter(after!.first)!;
	for (let frame = after!.first + 1; frame <= end; frame++) {
		const now = video.counter(frame)!;
		assert.ok(now >= last, `frame ${frame} goes back from ${last} to ${now}`);
		last = now;
	}
});

staged(
	'a source that comes too late again and again does not make the slate flicker, and comes back when it is steady',
	async (stage) => {
		const source = await stage.counted(0, red);
		await stage.start('video');
		const delayMs = 100;
		await stage.point([0], false, { delayMs, onLoss: 'slate' });
		const begin = await nowFrame(stage, 'on');
		/** Longer than its delay and the two frames in which a loss is noticed. */
		const stall = async (awakeMs: number) => {
			process.kill(source.pid, 'SIGSTOP');
			await pause(delayMs + 200);
			process.kill(source.pid, 'SIGCONT');
			await pause(awakeMs);
		};
		let lost = lossOf(stage);
		for (let i = 0; i < 8; i++) await stall(50);
		await lost;
		for (let i = 0; i < 2; i++) {
			await returnOf(stage);
			lost = lossOf(stage);
			await stall(0);
			await lost;
		}
		await returnOf(stage);
		const end = await nowFrame(stage, 'end');
		const { slots } = await stage.mixer.waitEvent('stats');
		await stage.stop();
		const seen = runs(stage.video(), begin, end);
		const slates = seen.filter(({ kind }) => kind === 'slate');
		assert.equal(
			seen.map(({ kind }) => kind),
			[...slates.flatMap(() => ['red', 'slate']), 'red'],
		);
		assert.ok(slates.length >= 3, `${slates.length} losses`);
		assert.is(slots[0].video.losses, slates.length);
		for (const [i, { length }] of slates.entries())
			assert.ok(length >= Math.min(trialFrames * 2 ** i, 72), `slate ${i} of ${slates.map(({ length }) => length)} frames`);
	},
);

for (const onLoss of ['hold', 'slate'] as const) {
	staged(`${onLoss}: what a source brings from before its return is dropped and counted`, async (stage) => {
		const source = await stage.counted(0, red);
		await stage.start('video');
		await stage.point([0], false, { ...delay, onLoss });
		const begin = await nowFrame(stage, 'on');
		await lose(stage, source);
		const stats = (fits: (video: EventBody) => boolean) => stage.mixer.waitEvent('stats', ({ slots }) => fits(slots[0].video));
		const { slots } = await stage.mixer.waitEvent('stats');
		const dropped = Number(slots[0].video.dropped);
		// A quarter of a second of pictures that are 5 s old.
		await stage.source(0, blue, { offsetNs: -5_000_000_000, frames: 8 });
		await stats((video) => video.dropped >= dropped + 4);
		stage.newest().kill();
		await bringBack(stage, green);
		const end = await nowFrame(stage, 'end');
		await stage.stop();
		assert.equal(
			runs(stage.video(), begin, end).map(({ kind }) => kind),
			onLoss === 'hold' ? ['red', 'green'] : ['red', 'slate', 'green'],
		);
	});
}

staged('backup: the picture of another source in the same box, during a transition too', async (stage) => {
	const source = await stage.counted(0, red);
	await stage.counted(1, green);
	await stage.counted(2, blue);
	await stage.start('video');
	await stage.point([1, 2], false, delay);
	await stage.point([0], false, { ...delay, onLoss: 'backup', backupSlot: 1 });
	const box = { x: 0.5, y: 0, w: 0.5, h: 0.5 };
	const inBox: [number, number] = [163, 45];
	const layers = [
		{ slot: 2, ...full },
		{ slot: 0, ...box },
	];
	const begin = await nowFrame(stage, 'on', layers);
	await stage.written(30);
	await lose(stage, source);
	// Both scenes of the mix have the lost source, in the same box.
	const { applied } = await stage.program('mix', layers, { transition: { kind: 'mix', frames: 20 } });
	const restart = await bringBack(stage, red);
	const end = await nowFrame(stage, 'end', layers);
	await stage.stop();
	const video = stage.video();
	const seen = runs(video, begin, end, inBox);
	assert.equal(
		seen.map(({ kind }) => kind),
		['red', 'green', 'red'],
	);
	const [before, backup, after] = seen;
	assert.is(video.counter(backup!.first - 1, box), video.counter(backup!.first - noticeFrames, box));
	for (let frame = begin; frame <= end; frame++) {
		assert.is(video.counter(frame), frame - delayFrames, `what lies below, in frame ${frame}`);
		if (frame === backup!.first - 1) continue;
		assert.is(video.counter(frame, box), frame - delayFrames, `in the box of frame ${frame}`);
	}
	assert.ok(
		before!.length > 10 && backup!.first < applied.frame && applied.endFrame < after!.first,
		'the mix is within the loss',
	);
	assert.ok(video.counter(after!.first, box)! > restart);
});

staged('a backup that is lost itself gives way to what it asks for; a circle ends at the slate', async (stage) => {
	const sources = [await stage.counted(0, red), await stage.counted(1, green)];
	await stage.start('video');
	const slot = (index: number, rest: object) =>
		stage.command({ op: 'slot', slot: index, video: stage.address(`${index}.video`), ...delay, ...rest });
	await stage.point([0, 1], false, delay);
	slot(0, { onLoss: 'backup', backupSlot: 1 });
	slot(1, { onLoss: 'slate' });
	const lost = [lossOf(stage, 0), lossOf(stage, 1)];
	for (const source of sources) source.kill();
	await Promise.all(lost);
	const frames = [await nowFrame(stage, 'slate of the backup')];
	slot(1, { onLoss: 'backup', backupSlot: 0 });
	frames.push(await nowFrame(stage, 'circle'));
	slot(1, { onLoss: 'hold' });
	frames.push(await nowFrame(stage, 'held'));
	await stage.stop();
	assert.equal(
		frames.map((frame) => kindOf(stage.video().pixel(frame, ...edge))),
		['slate', 'slate', 'green'],
	);
});

staged('a slot that never had a picture shows what its loss asks for; with hold it is black', async (stage) => {
	await stage.counted(1, green);
	await stage.start('video');
	await stage.point([1], false, delay);
	const frames: number[] = [];
	for (const loss of [{ onLoss: 'slate' }, { onLoss: 'backup', backupSlot: 1 }, { onLoss: 'hold' }]) {
		stage.command({ op: 'slot', slot: 0, video: null, ...loss });
		frames.push(await nowFrame(stage, loss.onLoss));
	}
	await stage.stop();
	const video = stage.video();
	assert.equal(
		frames.slice(0, 2).map((frame) => kindOf(video.pixel(frame, ...edge))),
		['slate', 'green'],
	);
	near(video.middle(frames[2]!), [16, 128, 128], 'hold');
});

staged(
	'the sound of the backup stands in at the lost source’s fader, once, and never comes back to the backup',
	async (stage) => {
		const source = await stage.counted(0, red);
		await stage.counted(1, green, { hz: 550 });
		await stage.start('video', 'audio', 'n1_1');
		await stage.point([1], true, delay);
		await stage.point([0], true, { ...delay, onLoss: 'backup', backupSlot: 1 });
		await stage.program('on', [{ slot: 0, ...full }], { gains: [0.5, 0] });
		const heard = async (what: string, fits: (e: EventBody) => boolean) => {
			await stage.mixer.waitEvent('levels', fits);
			// A quarter of a second of it.
			await pause(250);
			return { what, at: Number(process.hrtime.bigint()) };
		};
		const loud = (slot: number) => (e: EventBody) => (e.slots[slot]?.[0] ?? -120) > -40;
		const silent = (slot: number) => (e: EventBody) => (e.slots[slot]?.[0] ?? -120) < -100;
		const marks = [await heard('own', loud(0))];
		const lost = stage.mixer.waitEvent('slot', (e) => e.slot === 0 && e.audio === 'lost' && e.video === 'lost');
		source.kill();
		await lost;
		marks.push(await heard('stand-in', silent(0)));
		stage.command({ op: 'audio', gains: [0.5, 0.5] });
		marks.push(await heard('its own fader', loud(1)));
		await stage.stop();
		const program = stage.audio('audio');
		const minus = stage.audio('n1_1');
		// 100 ms before each mark, on the machine's sample grid.
		const bandAt = ({ first, left }: { first: number; left: Float32Array }, at: number, hz: number) => {
			const from = Math.round((at * 48_000) / 1e9) - first - 9600;
			return bandDb(left.subarray(from, from + 4800), 48_000, hz);
		};
		const table = marks.map(({ at }) => [440, 550].map((hz) => bandAt(program, at, hz)));
		const [own, standIn, doubled] = table as [[number, number], [number, number], [number, number]];
		assert.ok(own[0] - own[1] > 40, `own sound: ${own}`);
		assert.ok(standIn[1] - standIn[0] > 40, `stand-in: ${standIn}`);
		assert.ok(Math.abs(standIn[1] - own[0]) < 1, `as loud as the lost one: ${standIn[1]} and ${own[0]}`);
		assert.ok(Math.abs(doubled[1] - standIn[1]) < 1, `not twice: ${doubled[1]} after ${standIn[1]}`);
		for (const { what, at } of marks.slice(1)) {
			const own = bandAt(minus, at, 550);
			assert.ok(own < standIn[1] - 40, `the backup hears itself (${what}): ${own} dB`);
		}
	},
);

staged('a source of half the rate, and one that does not say its rate, are not taken for lost', async (stage) => {
	const rates = ['framerate=15/1', 'framerate=0/1'];
	for (const [slot, rate] of rates.entries()) {
		// Declared after the fact, so that 15 pictures a second come in either case.
		await stage.raw(slot, green, 15, rate);
	}
	await stage.start('video');
	for (const slot of [0, 1]) await stage.point([slot], false, { ...delay, onLoss: 'slate' });
	// The first gaps are what it learns from.
	await until(() => stage.mixer.events.filter(({ name }) => name === 'stats').length > 4, { what: '2 s' });
	const begin = await nowFrame(stage, 'on');
	await stage.written(120);
	const end = await nowFrame(stage, 'end', [{ slot: 1, ...full }]);
	await stage.written(end - begin + 180);
	await stage.stop();
	const video = stage.video();
	const seen = runs(video, begin, video.first + video.buffers.length - 1);
	assert.equal(
		seen.map(({ kind }) => kind),
		['green'],
	);
});

test.run();
