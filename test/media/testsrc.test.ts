import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { colourAt, colourDistance, type Picture, parseColour, readCounter } from '../tools/counter.js';
import { type GdpBuffer, readGdp } from '../tools/gdp.js';
import { cadence } from '../tools/media.js';
import { bandDb, bandsDb, channelOf } from '../tools/tones.js';

const plugins = fileURLToPath(new URL('../../../pipelines/plugin/build', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'r58-testsrc-'));
const caps = 'video/x-raw,format=I420,width=640,height=360,framerate=30/1';

interface Taken {
	video: GdpBuffer[];
	audio: GdpBuffer[];
	pictures: Picture[];
	/** Left and right. */
	sound: [Float32Array, Float32Array];
	stats: Record<string, number | string | null>[];
}

/** Runs the source for some frames and blocks. */
async function take(properties: string, frames: number, blocks: number): Promise<Taken> {
	const files = { v: join(folder, 'v.gdp'), a: join(folder, 'a.gdp') };
	const tap = (count: number, file: string) => `identity eos-after=${count + 1} ! gdppay ! filesink location=${file}`;
	const line = `-m r58testsrc name=t video-caps=${caps} ${properties} t.video ! ${tap(frames, files.v)} t.audio ! ${tap(blocks, files.a)}`;
	const { stdout } = await launch(line.split(' '));
	const [video, audio] = [readGdp(files.v), readGdp(files.a)];
	const samples = Buffer.concat(audio.map(({ data }) => data));
	const interleaved = new Float32Array(samples.buffer, samples.byteOffset, samples.length / 4);
	return {
		video,
		audio,
		pictures: video.map(({ data }) => ({ format: 'i420', width: 640, height: 360, data })),
		sound: [channelOf(interleaved, 2, 0), channelOf(interleaved, 2, 1)],
		stats: [...stdout.matchAll(/event=\(string\)stats, json=\(string\)"(.*?)";/g)].map(([, json]) =>
			JSON.parse(json!.replace(/\\(.)/g, '$1')),
		),
	};
}

function launch(args: string[]) {
	const env = { ...process.env, GST_PLUGIN_PATH: plugins };
	return promisify(execFile)('gst-launch-1.0', args, { env, timeout: 20_000, maxBuffer: 2 ** 24 });
}

test('frames are consecutive on the machine grid, and each shows its number and the border colour', async () => {
	const { video, pictures, stats } = await take('colour=#cc3366 label=ONE', 30, 100);
	const { frames, missing, repeated, worstNs } = cadence(
		video.map(({ ptsNs }) => ptsNs),
		30,
	);
	assert.equal({ frames, missing, repeated }, { frames: 30, missing: 0, repeated: 0 });
	assert.ok(worstNs <= 2, `${worstNs} ns off the grid`);
	// OFFSET and blocks say k; PTS is k/30 s less the base time, which is one for all.
	const numbers = pictures.map((picture) => readCounter(picture));
	assert.equal(
		numbers,
		video.map(({ offset }) => Number(offset)),
	);
	const bases = video.map(({ offset, ptsNs }) => (offset * 1_000_000_000n) / 30n - ptsNs);
	assert.ok(bases.every((base) => base === bases[0]));
	for (const [x, y] of [
		[0.04, 0.5],
		[0.96, 0.5],
		[0.5, 0.04],
		[0.5, 0.96],
		[0.03, 0.03],
	] as const) {
		const colour = colourAt(pictures[7]!, x, y);
		assert.ok(colourDistance(colour, parseColour('#cc3366')) <= 3, `${colour} at ${x}, ${y}`);
	}
	const last = stats.at(-1)!;
	assert.is(last.skippedFrames, 0);
	assert.is(last.skippedBlocks, 0);
	assert.ok(Number(last.frames) > 10 && Number(last.blocks) > 40);
});

test('the tone has -20 dBFS in both channels, without a gap, and its phase is that of monotonic time', async () => {
	const { audio, sound } = await take('tone-hz=550', 10, 50);
	const times = cadence(
		audio.map(({ ptsNs }) => ptsNs),
		100,
	);
	assert.equal(times, { frames: 50, missing: 0, repeated: 0, worstNs: 0 });
	for (const channel of sound) {
		const bands = bandsDb(channel, 48_000, [550, 440, 1000]);
		assert.ok(Math.abs(bands[550]! - -20) < 0.2, `550 Hz: ${bands[550]}`);
		assert.ok(bands[440]! < -80 && bands[1000]! < -80);
	}
	const first = Number(audio[0]!.offset);
	const wrong = sound[0].findIndex(
		(value, i) => Math.abs(value - 0.1 * Math.sin((2 * Math.PI * ((550 * (first + i)) % 48_000)) / 48_000)) > 1e-5,
	);
	assert.is(wrong, -1);
});

test('flash and beep come together, in the first 100 ms of each second', async () => {
	const { video, pictures, audio, sound } = await take('tone-hz=0 flash=true', 40, 130);
	const flashed = pictures.map((picture) => colourAt(picture, 32.5 / 40, 8.5 / 40)[0] > 200);
	assert.equal(
		flashed,
		video.map(({ offset }) => offset % 30n < 3n),
	);
	const beeps = audio.map((_, i) => bandDb(sound[0].subarray(i * 480, (i + 1) * 480), 48_000, 1000) > -15);
	assert.equal(
		beeps,
		audio.map(({ offset }) => offset % 48_000n < 4800n),
	);
	assert.ok(beeps.includes(true) && flashed.includes(true));
	const base = (video[0]!.offset * 1_000_000_000n) / 30n - video[0]!.ptsNs;
	assert.is((audio[0]!.offset * 1_000_000_000n) / 48_000n - audio[0]!.ptsNs, base);
});

test('caps it cannot make are refused by name', async () => {
	const error = await launch(['r58testsrc', 'video-caps=video/x-raw,format=NV12', '!', 'fakesink']).then(
		() => null,
		(reason: Error & { stderr: string }) => reason,
	);
	assert.match(error?.stderr ?? '', /video-caps must be one I420 size and rate/);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
