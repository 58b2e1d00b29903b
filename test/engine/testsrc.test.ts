import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { colourAt, colourDistance, type Picture, parseColour, readCounter } from '../tools/engine/counter.js';
import { type GdpBuffer, readGdp } from '../tools/engine/gdp.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { cadence, frames, probe, sound, times } from '../tools/engine/media.js';
import { bandDb, bandsDb, channelOf } from '../tools/engine/tones.js';
import { test } from '../tools/suite.js';
import { patienceMs } from '../tools/wait.js';

const plugins = fileURLToPath(new URL('../../../pipelines/plugin/build', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'r58-testsrc-'));
const frameBytes = (640 * 360 * 3) / 2;
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
		pictures: video.map(({ data }) => picture(data)),
		sound: [channelOf(interleaved, 2, 0), channelOf(interleaved, 2, 1)],
		stats: [...stdout.matchAll(/event=\(string\)stats, json=\(string\)"(.*?)";/g)].map(([, json]) =>
			JSON.parse(json!.replace(/\\(.)/g, '$1')),
		),
	};
}

function picture(data: Buffer): Picture {
	return { format: 'i420', width: 640, height: 360, data };
}

function launch(args: string[]) {
	const env = { ...process.env, GST_PLUGIN_PATH: plugins };
	return promisify(execFile)('gst-launch-1.0', args, { env, timeout: patienceMs, maxBuffer: 2 ** 24 });
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

test('in slots of a sink, painted over and over, nothing of an earlier frame is left; Ctrl-C with -e ends both pads', async () => {
	const file = join(folder, 'kept.raw');
	const run = new GstLaunch(
		`-e r58testsrc name=t video-caps=${caps} colour=#2080e0 flash=true t.video ! filesink location=${file} t.audio ! fakesink`,
	);
	await run.event(({ event, json }) => event === 'stats' && json.frames >= 45, '45 frames');
	assert.is(await run.stop(), 0);
	const raw = readFileSync(file);
	const pictures = Array.from({ length: raw.length / frameBytes }, (_, i) => raw.subarray(i * frameBytes, (i + 1) * frameBytes));
	assert.ok(pictures.length >= 45);
	const first = readCounter(picture(pictures[0]!))!;
	for (const [i, data] of pictures.entries()) {
		const k = first + i;
		assert.is(readCounter(picture(data)), k);
		assert.is(colourAt(picture(data), 32.5 / 40, 8.5 / 40)[0] > 200, k % 30 < 3);
		// The bar has one place of its lane, y from 29/40 to 33/40.
		const lane = data.subarray(640 * 278, 640 * 279);
		assert.is(lane.filter((luma) => luma === 170).length, 36);
	}
});

test('numbers, colour, tone and times survive H.264 at half the size and AAC, in a file', async () => {
	const file = join(folder, 'half.mp4');
	const line =
		`r58testsrc name=t video-caps=${caps} colour=#cc3366 tone-hz=880 ` +
		't.video ! identity eos-after=41 ! queue ! videoscale ! video/x-raw,width=320,height=180 ! ' +
		'x264enc tune=zerolatency speed-preset=ultrafast bitrate=200 key-int-max=30 ! h264parse ! queue ! m.video_0 ' +
		't.audio ! identity eos-after=131 ! queue ! audioconvert ! avenc_aac ! queue ! m.audio_0 ' +
		`mp4mux name=m ! filesink location=${file}`;
	await launch(line.split(' '));
	const { streams } = await probe(file);
	assert.equal(streams.map(({ codec_name }) => codec_name).sort(), ['aac', 'h264']);
	const { frames: count, missing, repeated } = cadence(await times(file, 'video'), 30);
	assert.equal({ count, missing, repeated }, { count: 40, missing: 0, repeated: 0 });
	const [early, late] = await frames(file, [3, 37]);
	assert.is(early!.width, 320);
	assert.is(readCounter(late!)! - readCounter(early!)!, 34);
	const colour = colourAt(late!, 0.04, 0.5);
	assert.ok(colourDistance(colour, parseColour('#cc3366')) <= 8, `${colour}`);
	const heard = channelOf(await sound(file), 2, 0).subarray(9600, 48_000);
	assert.ok(Math.abs(bandDb(heard, 48_000, 880) - -20) < 1);
});

test('caps it cannot make are refused by name', async () => {
	const error = await launch(['r58testsrc', 'video-caps=video/x-raw,format=NV12', '!', 'fakesink']).then(
		() => null,
		(reason: Error & { stderr: string }) => reason,
	);
	assert.match(error?.stderr ?? '', /video-caps must be one I420 size and rate/);
});

test.after(() => {
	killLaunches();
	rmSync(folder, { recursive: true, force: true });
});
test.run();
