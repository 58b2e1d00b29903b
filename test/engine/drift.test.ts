import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { audioCaps } from '../../pipelines/canvas.js';
import { gdpOf, readGdp } from '../tools/engine/gdp.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { bandDb, channelOf } from '../tools/engine/tones.js';
import { test } from '../tools/suite.js';

/** r58drift fed with sound and timestamps made to measure, faster than real time. */
const folder = mkdtempSync(join(tmpdir(), 'r58-drift-'));
const rate = 48_000;
const block = 480;
const hz = 1000;
const peak = 0.5;

interface Sent {
	/** True time of the first sample, s of running time, and how much later the timestamp says it is. */
	at: number;
	wrong?: number;
	/** Value of sample i of this buffer at its true time, s. */
	value: (time: number) => number;
	discont?: boolean;
}

const sine = (time: number) => peak * Math.sin(2 * Math.PI * hz * time);

/** What leaves: absolute number of the first sample, samples of the left channel, and where running time 0 lies, s. */
async function drifted(sent: Sent[], ppm: number) {
	const file = join(folder, `${Math.random().toString(36).slice(2)}.gdp`);
	const period = 1 / rate / (1 + ppm * 1e-6);
	const buffers = sent.map(({ at, wrong = 0, value, discont = false }) => {
		const data = Buffer.alloc(block * 8);
		for (let i = 0; i < block; i++) {
			data.writeFloatLE(value(at + i * period), i * 8);
			data.writeFloatLE(-value(at + i * period), i * 8 + 4);
		}
		return { ptsNs: BigInt(Math.round((at + wrong) * 1e9)), data, discont };
	});
	const launch = new GstLaunch(`fdsrc fd=0 ! gdpdepay ! r58drift name=drift ! gdppay ! filesink async=false location=${file}`);
	await launch.feed(gdpOf(audioCaps, buffers));
	assert.is(await launch.end(), 0, launch.lines.slice(-5).join('\n'));
	const blocks = readGdp(file);
	const bytes = Buffer.concat(blocks.map(({ data }) => data));
	const interleaved = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
	const baseNs = (blocks[0]!.offset * 1_000_000_000n) / BigInt(rate) - blocks[0]!.ptsNs;
	return {
		blocks,
		baseNs,
		left: channelOf(interleaved, 2, 0),
		right: channelOf(interleaved, 2, 1),
		stats: launch.stats('drift'),
		/** Running time of sample i of `left`, s (for streams without a hole). */
		time: (i: number) => Number(blocks[0]!.ptsNs) / 1e9 + i / rate,
	};
}

/** Buffers of a source whose clock is `ppm` fast, from `from` on, its timestamps true but for `jitterS`. */
function steady(seconds: number, ppm: number, { from = 0.1, jitterS = 0, value = sine } = {}): Sent[] {
	const period = block / rate / (1 + ppm * 1e-6);
	let seed = 1;
	const random = () => {
		seed = (seed * 16_807) % 2_147_483_647;
		return seed / 2_147_483_647 - 0.5;
	};
	return Array.from({ length: Math.round(seconds / period) }, (_, i) => ({
		at: from + i * period,
		wrong: random() * jitterS,
		value,
	}));
}

/** How late a sine is against its true time at sample `middle`, s (unambiguous within half a period). */
function lateness(left: Float32Array, time: (i: number) => number, middle: number): number {
	let [re, im] = [0, 0];
	for (let i = middle - rate / 10; i < middle + rate / 10; i++) {
		const phase = 2 * Math.PI * hz * time(i);
		re += left[i]! * Math.sin(phase);
		im += left[i]! * Math.cos(phase);
	}
	return -Math.atan2(im, re) / (2 * Math.PI * hz);
}

/** Largest change of the slope from sample to sample: a click shows here first. */
function roughest(samples: Float32Array): number {
	let worst = 0;
	for (let i = 2; i < samples.length; i++) worst = Math.max(worst, Math.abs(samples[i]! - 2 * samples[i - 1]! + samples[i - 2]!));
	return worst;
}
/** Of the sine itself. */
const smooth = peak * ((2 * Math.PI * hz) / rate) ** 2;

for (const ppm of [200, -300, 0]) {
	test(`a clock ${ppm} ppm off is followed: blocks on the grid, sound in its place, nothing added`, async () => {
		const { blocks, baseNs, left, right, stats, time } = await drifted(steady(60, ppm), ppm);
		for (const [i, { ptsNs, offset, data }] of blocks.entries()) {
			assert.is(data.length, block * 8);
			assert.is(offset, blocks[0]!.offset + BigInt(i * block), `block ${i}`);
			assert.is(ptsNs + baseNs, (offset * 1_000_000_000n) / BigInt(rate), `time of block ${i}`);
			assert.is((ptsNs + baseNs) % 10_000_000n, 0n);
		}
		assert.equal([stats.slips, stats.gaps], [0, 0]);
		assert.ok(Math.abs(stats.ppm! - ppm) < 3, `${stats.ppm} ppm`);
		assert.ok(Math.abs(stats.offsetUs!) < 20, `${stats.offsetUs} µs`);
		for (let second = 1; second < 59; second++) {
			const late = lateness(left, time, second * rate);
			assert.ok(Math.abs(late) < (second < 40 ? 1e-3 : 5e-5), `after ${second} s it is ${late * 1e6} µs late`);
		}
		// The last ten seconds: the tone alone, 80 dB above everything else.
		const part = left.subarray(49 * rate, 50 * rate);
		assert.ok(Math.abs(bandDb(part, rate, hz) - 20 * Math.log10(peak)) < 0.05);
		const rest = [100, 500, 900, 1100, 1500, 2000, 3000, 5000, 10_000, 20_000].map((other) => bandDb(part, rate, other));
		assert.ok(Math.max(...rest) < -86, `${rest.map(Math.round)}`);
		assert.ok(roughest(left.subarray(rate)) < smooth * 1.02);
		assert.ok(left.every((value, i) => Math.abs(value + right[i]!) < 1e-6));
	});
}

test('timestamps that jitter by 10 ms do not make the tone waver', async () => {
	const { left, stats, time } = await drifted(steady(60, 50, { jitterS: 0.01 }), 50);
	assert.equal([stats.slips, stats.gaps], [0, 0]);
	const late: number[] = [];
	for (let second = 30; second < 59; second++) late.push(lateness(left, time, second * rate));
	assert.ok(Math.max(...late.map(Math.abs)) < 1.5e-3, `${late.map((value) => Math.round(value * 1e6))} µs`);
	const part = left.subarray(49 * rate, 50 * rate);
	const rest = [900, 1100, 2000, 5000].map((other) => bandDb(part, rate, other));
	assert.ok(Math.max(...rest) < -70, `${rest.map(Math.round)}`);
	assert.ok(roughest(left.subarray(rate)) < smooth * 1.02);
});

test('packets that were stamped late for a moment move nothing', async () => {
	const sent = steady(20, 0).map((buffer, i) => (i % 300 < 8 ? { ...buffer, wrong: 0.055 } : buffer));
	const { left, stats, time } = await drifted(sent, 0);
	assert.equal([stats.slips, stats.gaps], [0, 0]);
	for (let second = 3; second < 19; second++) assert.ok(Math.abs(lateness(left, time, second * rate)) < 1e-4);
});

test('a source that turns out to be 30 ms off is spliced once to within 6 ms of its place, the rest is bent', async () => {
	const sent = steady(10, 0).map((buffer, i) => (i < 400 ? buffer : { ...buffer, wrong: 0.03 }));
	const { left, stats } = await drifted(sent, 0);
	assert.is(stats.gaps, 1);
	// A whole number of periods: the sine itself does not tell 30 ms from none, the silence does. The end has its own.
	const middle = left.subarray(rate, left.length - rate / 10);
	const silent = middle.filter((value, i, all) => value === 0 && all[i + 1] === 0).length / rate;
	assert.ok(silent > 0.024 && silent < 0.031, `${silent} s of silence`);
});

test('sound that is missing is silence with soft edges, and what follows is in its place', async () => {
	const sent = steady(10, 0).filter((_, i) => i < 400 || i >= 425);
	const { left, stats, time } = await drifted(sent, 0);
	assert.equal([stats.slips, stats.gaps], [0, 1]);
	const hole = left.subarray(Math.round((4.105 - time(0)) * rate), Math.round((4.345 - time(0)) * rate));
	assert.ok(hole.every((value) => value === 0));
	assert.ok(Math.abs(lateness(left, time, 6 * rate)) < 2e-5);
	assert.ok(roughest(left.subarray(rate)) < smooth * 4, `${roughest(left.subarray(rate)) / smooth} times as rough`);
});

test('a packet lost and said to be lost is made up for at 20 ms already', async () => {
	const sent = steady(4, 0).filter((_, i) => i !== 200 && i !== 201);
	sent[200]!.discont = true;
	const { left, stats, time } = await drifted(sent, 0);
	assert.equal([stats.slips, stats.gaps], [0, 1]);
	assert.ok(Math.abs(lateness(left, time, 3 * rate)) < 2e-5);
});

test('timestamps that step back are followed by leaving sound out, without a click', async () => {
	const sent = steady(10, 0).map((buffer, i) => (i < 400 ? buffer : { ...buffer, at: buffer.at - 0.06 }));
	const { blocks, left, stats, time } = await drifted(sent, 0);
	assert.equal([stats.slips, stats.gaps], [1, 0]);
	for (const [i, { offset }] of blocks.entries()) assert.is(offset, blocks[0]!.offset + BigInt(i * block));
	assert.ok(Math.abs(lateness(left, time, 6 * rate)) < 2e-5);
	assert.ok(roughest(left.subarray(rate)) < smooth * 4);
});

test('after a long silence of the source its sound starts anew, with the rate that was found', async () => {
	const sent = [...steady(30, 200), ...steady(5, 200, { from: 40 })];
	const { blocks, stats } = await drifted(sent, 200);
	assert.equal([stats.slips, stats.gaps], [0, 1]);
	const jumps = blocks.filter(({ offset }, i) => i > 0 && offset !== blocks[i - 1]!.offset + BigInt(block));
	assert.is(jumps.length, 1);
	assert.ok(Math.abs(stats.ppm! - 200) < 20, `${stats.ppm}`);
});

test.after(() => {
	killLaunches();
	rmSync(folder, { recursive: true, force: true });
});
test.run();
