import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type GdpBuffer, readGdp } from '../tools/gdp.js';
import { type EventBody, Pipeline } from '../tools/pipeline.js';
import { bandDb, channelOf } from '../tools/tones.js';
import { until } from '../tools/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'r58-mixer-'));
const [width, height] = [320, 180];
const blockSamples = 480;

type Yuv = [y: number, u: number, v: number];
const black: Yuv = [16, 128, 128];
const full = { x: 0, y: 0, w: 1, h: 1 };
const quarters = [0, 1, 2, 3].map((i) => ({ x: (i % 2) / 2, y: Math.floor(i / 2) / 2, w: 0.5, h: 0.5 }));

function videoCaps(w = width, h = height): string {
	return `video/x-raw,format=I420,width=${w},height=${h},framerate=30/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709`;
}
const audioCaps = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3';

/** One of the running pipelines and files of a test. */
class Stage {
	static #count = 0;
	readonly name = `r58.mixer-test-${process.pid}-${Stage.#count++}`;
	readonly mixer = new Pipeline();
	#sources: Pipeline[] = [];

	address(stream: string): string {
		return `${this.name}.${stream}`;
	}

	file(stream: string): string {
		return join(folder, `${this.name}.${stream}.gdp`);
	}

	async source(slot: number, colour: number, { hz = 0, w = width, h = height } = {}): Promise<Pipeline> {
		const argb = (0xff000000 + colour).toString(10);
		let launch = `videotestsrc is-live=true pattern=solid-color foreground-color=${argb} ! ${videoCaps(w, h)} ! r58linksink address=${this.address(`${slot}.video`)}`;
		if (hz)
			launch += ` audiotestsrc is-live=true freq=${hz} volume=0.1 samplesperbuffer=480 ! ${audioCaps} ! r58linksink address=${this.address(`${slot}.audio`)}`;
		const pipeline = await new Pipeline().start(launch);
		this.#sources.push(pipeline);
		return pipeline;
	}

	/** The mixer, with each named pad written to a file. */
	async start(...pads: string[]): Promise<void> {
		const tap = (pad: string) => `m.${pad} ! gdppay ! filesink async=false location=${this.file(pad)}`;
		await this.mixer.start(`r58mixer name=m slots=6 caps="${videoCaps()}" ${pads.map(tap).join(' ')}`);
	}

	/** The source started last. */
	newest(): Pipeline {
		return this.#sources.at(-1)!;
	}

	/** Resolves when the video file has so many frames. */
	async written(frames: number): Promise<void> {
		const bytes = frames * width * height * 1.5;
		await until(() => statSync(this.file('video')).size > bytes, { what: `${frames} frames` });
	}

	command(body: object | string): void {
		this.mixer.command('m', body);
	}

	/** Points slots at their sources; resolves when all have a picture, and sound if they have any. */
	async point(slots: number[], sound = false): Promise<void> {
		const live = slots.map((slot) =>
			this.mixer.waitEvent('slot', (e) => e.slot === slot && e.video === 'live' && (!sound || e.audio === 'live')),
		);
		for (const slot of slots)
			this.command({
				op: 'slot',
				slot,
				video: this.address(`${slot}.video`),
				audio: sound ? this.address(`${slot}.audio`) : null,
				delayMs: 40,
			});
		await Promise.all(live);
	}

	/** Sends the command; resolves at its end. */
	async program(id: string, layers: object[], rest: object = {}): Promise<{ applied: EventBody; end: EventBody }> {
		const applied = this.mixer.waitEvent('applied', (e) => e.id === id);
		const end = this.mixer.waitEvent('transition-end', (e) => e.id === id);
		this.command({ op: 'program', id, layers, ...rest });
		return { applied: await applied, end: await end };
	}

	async stop(): Promise<void> {
		await this.mixer.stop();
		for (const source of this.#sources) source.kill();
	}

	video(): Frames {
		return new Frames(readGdp(this.file('video')));
	}

	audio(pad = 'audio'): { first: number; left: Float32Array } {
		const blocks = readGdp(this.file(pad));
		const bytes = Buffer.concat(blocks.map(({ data }) => data));
		const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
		consecutive(blocks, blockSamples);
		return { first: Number(blocks[0]!.offset), left: channelOf(samples, 2, 0) };
	}
}

/** Numbers without a gap, times that follow from them. */
function consecutive(buffers: GdpBuffer[], step: number): void {
	for (const [i, buffer] of buffers.entries()) {
		if (i === 0) continue;
		assert.is(Number(buffer.offset - buffers[i - 1]!.offset), step, `after buffer ${i - 1}`);
	}
}

class Frames {
	readonly first: number;
	constructor(readonly buffers: GdpBuffer[]) {
		this.first = Number(buffers[0]!.offset);
	}

	at(frame: number): GdpBuffer {
		const buffer = this.buffers[frame - this.first];
		assert.ok(buffer, `frame ${frame} is in the file`);
		return buffer!;
	}

	/** The sample at a point given in pixels. */
	pixel(frame: number, x: number, y: number): Yuv {
		const { data } = this.at(frame);
		const chroma = width * height + (y >> 1) * (width / 2) + (x >> 1);
		return [data[y * width + x]!, data[chroma]!, data[chroma + (width * height) / 4]!];
	}

	middle(frame: number): Yuv {
		return this.pixel(frame, width / 2, height / 2);
	}
}

function near(actual: Yuv, expected: Yuv, what: string, tolerance = 2): void {
	const off = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
	assert.ok(off <= tolerance, `${what}: ${actual} instead of ${expected}`);
}

function between(a: Yuv, b: Yuv, weight: number): Yuv {
	return a.map((value, i) => value + (b[i]! - value) * weight) as Yuv;
}

/** BT.709 limited range. */
function yuv(colour: number): Yuv {
	const [r, g, b] = [colour >> 16, (colour >> 8) & 255, colour & 255].map((c) => c / 255) as [number, number, number];
	const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
	return [16 + 219 * luma, 128 + (224 * (b - luma)) / 1.8556, 128 + (224 * (r - luma)) / 1.5748];
}

const [red, green, blue, white] = [0xd02020, 0x20c040, 0x2040d0, 0xf0f0f0];

function staged(name: string, body: (stage: Stage) => Promise<void>): void {
	test(name, async () => {
		const stage = new Stage();
		try {
			await body(stage);
			assert.equal(stage.mixer.errors, []);
		} finally {
			await stage.stop();
		}
	});
}

staged('a cut is seen in the reported frame, at the reported time, and no earlier', async (stage) => {
	await stage.source(0, red);
	await stage.source(1, blue);
	await stage.start('video');
	await stage.point([0, 1]);
	await stage.program('first', [{ slot: 0, ...full }]);
	const cuts: EventBody[] = [];
	for (let i = 0; i < 6; i++) cuts.push((await stage.program(`cut${i}`, [{ slot: (i + 1) % 2, ...full }])).applied);
	await stage.stop();
	const video = stage.video();
	consecutive(video.buffers, 1);
	const bases = cuts.map(({ frame, ptsNs }) => BigInt(ptsNs) - video.at(frame).ptsNs);
	assert.ok(
		bases.every((base) => base === bases[0]),
		'one base time for all',
	);
	for (const [i, { frame, endFrame }] of cuts.entries()) {
		const [before, after] = i % 2 === 0 ? [red, blue] : [blue, red];
		assert.is(endFrame, frame);
		near(video.middle(frame - 1), yuv(before), `before cut ${i}`);
		near(video.middle(frame), yuv(after), `cut ${i}`);
	}
});

staged('a mix of 15 frames has the weights 1/15 to 15/15', async (stage) => {
	await stage.source(0, red);
	await stage.source(1, blue);
	await stage.start('video');
	await stage.point([0, 1]);
	await stage.program('from', [{ slot: 0, ...full }]);
	const { applied, end } = await stage.program('to', [{ slot: 1, ...full }], { transition: { kind: 'mix', frames: 15 } });
	await stage.stop();
	assert.is(applied.endFrame, applied.frame + 14);
	assert.is(end.frame, applied.endFrame);
	const video = stage.video();
	near(video.middle(applied.frame - 1), yuv(red), 'before');
	for (let i = 0; i < 15; i++)
		near(video.middle(applied.frame + i), between(yuv(red), yuv(blue), (i + 1) / 15), `frame ${i} of the mix`);
});

staged('dip goes through black, wipe from left to right', async (stage) => {
	await stage.source(0, red);
	await stage.source(1, blue);
	await stage.start('video');
	await stage.point([0, 1]);
	await stage.program('from', [{ slot: 0, ...full }]);
	const dip = (await stage.program('dip', [{ slot: 1, ...full }], { transition: { kind: 'dip', frames: 10 } })).applied.frame;
	const wipe = (await stage.program('wipe', [{ slot: 0, ...full }], { transition: { kind: 'wipe', frames: 10 } })).applied.frame;
	await stage.stop();
	const video = stage.video();
	near(video.middle(dip + 1), between(yuv(red), black, 0.4), 'dip down');
	near(video.middle(dip + 4), black, 'half of the dip');
	near(video.middle(dip + 6), between(black, yuv(blue), 0.4), 'dip up');
	near(video.middle(dip + 9), yuv(blue), 'end of the dip');
	for (let i = 0; i < 9; i++) {
		const edge = Math.round(((i + 1) * width) / 10);
		near(video.pixel(wipe + i, edge - 4, 90), yuv(red), `left of the edge in frame ${i}`);
		near(video.pixel(wipe + i, edge + 4, 90), yuv(blue), `right of the edge in frame ${i}`);
	}
});

staged('two scenes that share a source dissolve in place', async (stage) => {
	await stage.source(0, green);
	await stage.source(1, blue);
	await stage.start('video');
	await stage.point([0, 1]);
	const left = { slot: 1, x: 0, y: 0, w: 0.5, h: 0.5 };
	await stage.program('left', [{ slot: 0, ...full }, left]);
	const { applied } = await stage.program(
		'right',
		[
			{ slot: 0, ...full },
			{ ...left, x: 0.5 },
		],
		{
			transition: { kind: 'mix', frames: 11 },
		},
	);
	await stage.stop();
	const video = stage.video();
	for (let i = 0; i < 11; i++) {
		const weight = (i + 1) / 11;
		near(video.pixel(applied.frame + i, 80, 45), between(yuv(blue), yuv(green), weight), `left in frame ${i}`);
		near(video.pixel(applied.frame + i, 240, 45), between(yuv(green), yuv(blue), weight), `right in frame ${i}`);
		near(video.pixel(applied.frame + i, 160, 135), yuv(green), `what both show, in frame ${i}`);
	}
});

staged('a take during a transition completes it first', async (stage) => {
	for (const [slot, colour] of [red, blue, white].entries()) await stage.source(slot, colour);
	await stage.start('video');
	await stage.point([0, 1, 2]);
	await stage.program('a', [{ slot: 0, ...full }]);
	const firstEnd = stage.mixer.waitEvent('transition-end', (e) => e.id === 'b');
	const firstApplied = stage.mixer.waitEvent('applied', (e) => e.id === 'b');
	stage.command({ op: 'program', id: 'b', layers: [{ slot: 1, ...full }], transition: { kind: 'mix', frames: 300 } });
	await firstApplied;
	const { applied } = await stage.program('c', [{ slot: 2, ...full }], { transition: { kind: 'mix', frames: 10 } });
	assert.is((await firstEnd).frame, applied.frame);
	await stage.stop();
	const video = stage.video();
	near(video.middle(applied.frame), between(yuv(blue), yuv(white), 0.1), 'first frame of the second mix');
	near(video.middle(applied.endFrame), yuv(white), 'its end');
});

staged('a quad has its four pictures in their quarters, to the pixel', async (stage) => {
	const colours = [red, green, blue, white];
	for (const [slot, colour] of colours.entries()) await stage.source(slot, colour);
	await stage.start('video');
	await stage.point([0, 1, 2, 3]);
	const { applied } = await stage.program(
		'quad',
		quarters.map((box, slot) => ({ slot, ...box })),
	);
	await stage.stop();
	const video = stage.video();
	for (const [slot, colour] of colours.entries()) {
		const [x, y] = [(slot % 2) * 160, Math.floor(slot / 2) * 90];
		for (const [dx, dy] of [
			[0, 0],
			[159, 0],
			[0, 89],
			[159, 89],
			[80, 45],
		] as const)
			near(video.pixel(applied.frame, x + dx, y + dy), yuv(colour), `slot ${slot} at ${dx}, ${dy}`);
	}
});

staged('fit, crop, alpha, border and empty slots are drawn as asked', async (stage) => {
	await stage.source(0, red);
	await stage.source(1, blue, { w: 180, h: 180 });
	await stage.start('video');
	await stage.point([0, 1]);
	const frames: Record<string, number> = {};
	const show = async (id: string, ...layers: object[]) => {
		frames[id] = (await stage.program(id, layers)).applied.frame;
	};
	await show('contain', { slot: 0, ...full }, { slot: 1, ...full });
	await show('cover', { slot: 0, ...full }, { slot: 1, ...full, fit: 'cover' });
	await show('crop', { slot: 1, ...full, crop: [0, 0.25, 0, 0.25] });
	await show('alpha', { slot: 0, ...full }, { slot: 1, ...full, fit: 'fill', alpha: 0.25 });
	await show('border', { slot: 0, ...full }, { slot: 0, x: 0.25, y: 0.2, w: 0.5, h: 0.5, border: [4, '#f0f0f0'] });
	await show('empty', { slot: 0, ...full }, { slot: 3, x: 0.5, y: 0, w: 0.5, h: 1 });
	await show('outside', { slot: 1, x: -0.25, y: -0.25, w: 0.5, h: 0.5, fit: 'fill' });
	await stage.stop();
	const video = stage.video();
	const expect = (id: string, x: number, y: number, colour: Yuv) =>
		near(video.pixel(frames[id]!, x, y), colour, `${id} ${x},${y}`);
	expect('contain', 69, 90, yuv(red));
	expect('contain', 70, 90, yuv(blue));
	expect('contain', 249, 179, yuv(blue));
	expect('contain', 250, 90, yuv(red));
	expect('cover', 0, 0, yuv(blue));
	expect('cover', 319, 179, yuv(blue));
	// 180 by 90 of the source across 320 pixels is 160 high, in the middle of 180.
	expect('crop', 160, 9, black);
	expect('crop', 160, 11, yuv(blue));
	expect('crop', 160, 168, yuv(blue));
	expect('crop', 160, 171, black);
	expect('alpha', 160, 90, between(yuv(red), yuv(blue), 0.25));
	expect('border', 81, 60, yuv(0xf0f0f0));
	expect('border', 84, 60, yuv(red));
	expect('border', 239, 60, yuv(0xf0f0f0));
	expect('border', 79, 60, yuv(red));
	expect('empty', 158, 90, yuv(red));
	expect('empty', 160, 90, black);
	expect('outside', 79, 44, yuv(blue));
	expect('outside', 82, 44, black);
	expect('outside', 79, 47, black);
});

staged('a source that is killed leaves its last picture and comes back, also in another size', async (stage) => {
	await stage.source(0, red);
	await stage.start('video', 'audio');
	await stage.point([0]);
	const { applied } = await stage.program('on', [{ slot: 0, ...full }]);
	for (const [colour, size] of [
		[blue, {}],
		[green, { w: 640, h: 360 }],
	] as const) {
		const lost = stage.mixer.waitEvent('slot', (e) => e.slot === 0 && e.video === 'lost');
		stage.newest().kill();
		await lost;
		const live = stage.mixer.waitEvent('slot', (e) => e.slot === 0 && e.video === 'live');
		await stage.source(0, colour, size);
		await live;
	}
	const { applied: last } = await stage.program('still', [{ slot: 0, ...full }]);
	await stage.stop();
	const video = stage.video();
	consecutive(video.buffers, 1);
	assert.ok(stage.audio().left.length > 0);
	const seen = new Set<string>();
	for (let frame = applied.frame; frame <= last.frame; frame++) {
		const pixel = video.middle(frame);
		const known = [red, blue, green].find((colour) => yuv(colour).every((value, i) => Math.abs(value - pixel[i]!) <= 2));
		assert.ok(known !== undefined, `frame ${frame} shows ${pixel}`);
		seen.add(known!.toString(16));
	}
	assert.equal(
		[...seen],
		[red, blue, green].map((colour) => colour.toString(16)),
	);
});

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
	const heard = (pad: string, hz: number) => bandDb(stage.audio(pad).left.slice(-24_000, -2400), 48_000, hz);
	for (const hz of tones) assert.ok(Math.abs(heard('audio', hz) + 20) < 0.2, `${hz} Hz in program`);
	assert.ok(Math.abs(heard('n1_1', 440) + 20) < 0.2);
	assert.ok(Math.abs(heard('n1_1', 660) + 20) < 0.2);
	assert.ok(heard('n1_1', 550) < -80, `own tone at ${heard('n1_1', 550)} dB`);
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
	const { first, left } = stage.audio();
	const peak = (from: number, to: number) =>
		left.slice(from - first, to - first).reduce((max, v) => Math.max(max, Math.abs(v)), 0);
	// A sine of 440 Hz and −20 dBFS changes by 0.00576 at most from sample to sample.
	const steepest = left.reduce((max, v, i) => (i ? Math.max(max, Math.abs(v - left[i - 1]!)) : 0), 0);
	assert.ok(steepest < 0.006, `a step of ${steepest}`);
	assert.is(peak(first, ramps[0]!.begin), 0, 'silence before the first command');
	for (const [i, { begin, end, gain }] of ramps.entries()) {
		const before = ramps[i - 1]?.gain ?? 0;
		assert.ok(Math.abs(peak(end, end + 400) - 0.1 * gain) < 0.002, `after ramp ${i}`);
		const half = (begin + end) / 2;
		assert.ok(Math.abs(peak(half - 200, half + 200) - (0.1 * (gain + before)) / 2) < 0.004, `half of ramp ${i}`);
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
	const { left } = stage.audio();
	// The most a fade of 128 samples can add to the sine's own 0.00576.
	const steepest = left.reduce((max, v, i) => (i ? Math.max(max, Math.abs(v - left[i - 1]!)) : 0), 0);
	assert.ok(steepest < 0.0075, `a step of ${steepest}`);
});

staged('nonsense is refused with a reason and changes nothing', async (stage) => {
	await stage.source(0, red);
	await stage.start('video');
	await stage.point([0]);
	await stage.program('on', [{ slot: 0, ...full }]);
	const wrong: [string | object, RegExp][] = [
		['{', /JSON/],
		[[], /object/],
		[{ op: 'juggle' }, /op/],
		[{ op: 'program', id: 'n' }, /layers/],
		[{ op: 'program', id: 'n', layers: [{ slot: 6 }] }, /slot/],
		[{ op: 'program', id: 'n', layers: [{ slot: 0, w: 'wide' }] }, /w:/],
		[{ op: 'program', id: 'n', layers: [{ slot: 0, fit: 'tight' }] }, /fit/],
		[{ op: 'program', id: 'n', layers: [{ slot: 0, crop: [0.6, 0, 0.6, 0] }] }, /crop/],
		[{ op: 'program', id: 'n', layers: [{ slot: 0, border: [2, '#red'] }] }, /border/],
		[{ op: 'program', id: 'n', layers: [], transition: { kind: 'spin' } }, /kind/],
		[{ op: 'program', id: 'n', layers: [], gains: [-1] }, /gains/],
		[{ op: 'program', id: 'n', layers: Array(33).fill({ slot: 0 }) }, /layers/],
		[{ op: 'audio', pans: [2] }, /pans/],
		[{ op: 'slot', video: 'x' }, /slot/],
		[{ op: 'slot', slot: 0, video: 'x'.repeat(108) }, /video/],
		[{ op: 'slot', slot: 0, delayMs: 1e9 }, /delayMs/],
	];
	for (const [command, reason] of wrong) {
		const refused = stage.mixer.waitEvent('refused');
		stage.command(command);
		assert.match((await refused).reason, reason);
	}
	const { applied } = await stage.program('still', [{ slot: 0, ...full }]);
	await stage.stop();
	near(stage.video().middle(applied.frame - 1), yuv(red), 'the program');
});

staged('it can be stopped and started again', async (stage) => {
	await stage.source(0, blue);
	await stage.start('video');
	await stage.point([0]);
	await stage.program('on', [{ slot: 0, ...full }]);
	await stage.mixer.halt();
	const first = stage.video().buffers.length;
	assert.ok(first > 2);
	stage.command({ op: 'program', id: 'again', layers: [{ slot: 0, ...full }] });
	await stage.mixer.play();
	await stage.written(40);
	await stage.stop();
	const video = stage.video();
	consecutive(video.buffers, 1);
	near(video.middle(video.first + video.buffers.length - 1), yuv(blue), 'the program of the second run');
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
