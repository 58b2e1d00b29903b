import * as assert from 'uvu/assert';
import type { SlotStats } from '../../service/sources/sources.js';
import { flashPoint, median, offsets, onsets } from '../tools/engine/avSync.js';
import { full, height, red, type Stage, staged as stagedIn, width } from '../tools/engine/mixerStage.js';
import { bandDb } from '../tools/engine/tones.js';
import { timedSuite } from '../tools/suite.js';
import { pause } from '../tools/wait.js';

export const alone = true;

const test = timedSuite('sound of the mixer');
const staged = (name: string, body: (stage: Stage) => Promise<void>) => stagedIn(name, body, test);

/** The largest change from one sample to the next. */
function steepest(samples: Float32Array): number {
	return samples.reduce((max, v, i) => (i ? Math.max(max, Math.abs(v - samples[i - 1]!)) : 0), 0);
}

staged('N-1 has the sound of all slots but its own; levels tell the peaks', async (stage) => {
	const tones = [440, 550, 660];
	for (const [slot, hz] of tones.entries()) await stage.source(slot, red, { hz });
	await stage.start('audio', 'n1_1');
	await stage.point([0, 1, 2], true);
	stage.command({ op: 'audio', gains: [1, 1, 1], rampMs: 5 });
	await stage.mixer.waitEvent('levels', (e) => e.master[0] > -13);
	const { slots } = await stage.mixer.waitEvent('levels');
	await stage.mixer.waitEvent('stats');
	await stage.mixer.waitEvent('stats');
	await stage.stop();
	assert.equal(Object.keys(slots), ['0', '1', '2']);
	for (const [left, right] of Object.values(slots) as [number, number][])
		assert.ok(Math.abs(left + 20) <= 0.2 && Math.abs(right + 20) <= 0.2, `${left}, ${right} dBFS`);
	for (const side of ['left', 'right'] as const) {
		const heard = (pad: string, hz: number) => bandDb(stage.audio(pad)[side].slice(-24_000, -2400), 48_000, hz);
		for (const hz of tones) assert.ok(Math.abs(heard('audio', hz) + 20) < 0.2, `${hz} Hz in program, ${side}`);
		for (const hz of [440, 660]) assert.ok(Math.abs(heard('n1_1', hz) + 20) < 0.2, `${hz} Hz, ${side}`);
		assert.ok(heard('n1_1', 550) < -80, `own tone at ${heard('n1_1', 550)} dB, ${side}`);
	}
});

staged('gains of a program command ramp from its first frame on, without a step', async (stage) => {
	await stage.source(0, red, { hz: 440 });
	await stage.start('video', 'audio');
	await stage.point([0], true);
	const ramps: { begin: number; end: number; gain: number }[] = [];
	for (const [i, gain] of [1, 0.25, 1, 0].entries()) {
		const { applied } = await stage.program(`ramp${i}`, [{ slot: 0, ...full }], {
			transition: { kind: 'mix', frames: 15 },
			gains: [gain],
			rampFrames: 15,
		});
		const sample = (frame: number) => Math.round((frame * 48_000) / 30);
		ramps.push({ begin: sample(applied.frame), end: sample(applied.frame + 15), gain });
	}
	await stage.mixer.waitEvent('stats');
	await stage.mixer.waitEvent('stats');
	await stage.stop();
	const { first, ...sides } = stage.audio();
	for (const [side, samples] of Object.entries(sides)) {
		const peak = (from: number, to: number) =>
			samples.slice(from - first, to - first).reduce((max, v) => Math.max(max, Math.abs(v)), 0);
		// A sine of 440 Hz and −20 dBFS changes by 0.00576 at most from sample to sample.
		assert.ok(steepest(samples) < 0.006, `a step of ${steepest(samples)}, ${side}`);
		assert.is(peak(first, ramps[0]!.begin), 0, `silence before the first command, ${side}`);
		for (const [i, { begin, end, gain }] of ramps.entries()) {
			const before = ramps[i - 1]?.gain ?? 0;
			assert.ok(Math.abs(peak(end, end + 400) - 0.1 * gain) < 0.002, `after ramp ${i}, ${side}`);
			const half = (begin + end) / 2;
			assert.ok(Math.abs(peak(half - 200, half + 200) - (0.1 * (gain + before)) / 2) < 0.004, `half of ramp ${i}, ${side}`);
		}
	}
});

staged('a source that stops and comes back is faded, not cut off', async (stage) => {
	const source = await stage.source(0, red, { hz: 440 });
	await stage.start('audio');
	await stage.point([0], true);
	stage.command({ op: 'audio', gains: [1], rampMs: 20 });
	await stage.mixer.waitEvent('levels', (e) => e.master[0] > -20.5);
	const lost = stage.mixer.waitEvent('slot', (e) => e.audio === 'lost');
	source.kill();
	await lost;
	const live = stage.mixer.waitEvent('slot', (e) => e.audio === 'live');
	await stage.source(0, red, { hz: 440 });
	await live;
	const { slots } = await stage.mixer.waitEvent('stats', (e) => e.slots[0].audio.gaps > 0);
	await stage.stop();
	assert.is(slots[0].audio.slips, 0);
	const { left, right } = stage.audio();
	// The most a fade of 128 samples can add to the sine's own 0.00576.
	for (const samples of [left, right]) assert.ok(steepest(samples) < 0.0075, `a step of ${steepest(samples)}`);
});

staged('picture and sound stay together when the delay of their source changes in the show', async (stage) => {
	await stage.counted(0, red, { flash: true });
	await stage.start('video', 'audio');
	await stage.point([0], true);
	await stage.program('on', [{ slot: 0, ...full }], { gains: [1] });
	const changes: number[] = [];
	for (const delayMs of [120, 50]) {
		stage.command({ op: 'slot', slot: 0, delayMs });
		changes.push(Number(process.hrtime.bigint()) / 1e9);
		await pause(4000);
	}
	await stage.stop();
	const frames = stage.video();
	const { first, left } = stage.audio();
	const [x, y] = flashPoint(full).map((part, i) => Math.round(part * [width, height][i]!)) as [number, number];
	const bright = frames.buffers.map((_, i) => frames.pixel(frames.first + i, x, y)[0] > 140);
	const flashes = bright.flatMap((is, i) => (is && bright[i - 1] === false ? [(frames.first + i) / 30] : []));
	const beeps = onsets(left, 1000).map((sample) => (first + sample) / 48_000);
	for (const [i, from] of changes.entries()) {
		// What the picture lags by is measured for a second.
		const settled = beeps.filter((at) => at > from + 1.5 && at < (changes[i + 1] ?? Infinity));
		const off = offsets(flashes, settled);
		assert.ok(off.length >= 2, `${off.length} beeps`);
		// A busy machine may lose the first picture of a flash.
		assert.ok(Math.abs(median(off)) < 6, `${off} ms`);
	}
});

staged('how late pictures and sound come is told, by their timestamps', async (stage) => {
	await stage.counted(0, red);
	await stage.counted(1, red, { lateMs: 110 });
	await stage.start('video', 'audio');
	await stage.point([0, 1], true, { delayMs: 200 });
	const apart = ([inTime, late]: SlotStats[], stream: 'video' | 'audio') =>
		(late?.[stream]?.lateMs ?? 0) - (inTime?.[stream]?.lateMs ?? Number.POSITIVE_INFINITY);
	// The first pictures of a process that starts are late too; they are forgotten.
	await stage.mixer.waitEvent('stats', (e) => apart(e.slots, 'video') > 90 && apart(e.slots, 'audio') > 90);
	await stage.stop();
});

test.run();
