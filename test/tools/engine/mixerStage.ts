/** A mixer with sources of flat colours and tones, each in a process of its own, and what came out of it. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Test, test } from '../suite.js';
import { until } from '../wait.js';
import { readCounter } from './counter.js';
import { type GdpBuffer, readGdp } from './gdp.js';
import { type EventBody, Pipeline } from './pipeline.js';
import { channelOf } from './tones.js';

const folder = mkdtempSync(join(tmpdir(), 'r58-mixer-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
export const [width, height] = [320, 180];
const blockSamples = 480;
const sampleRate = 48_000;

export type Yuv = [y: number, u: number, v: number];
export const black: Yuv = [16, 128, 128];
export const full = { x: 0, y: 0, w: 1, h: 1 };
export const quarters = [0, 1, 2, 3].map((i) => ({ x: (i % 2) / 2, y: Math.floor(i / 2) / 2, w: 0.5, h: 0.5 }));

function videoCaps(w = width, h = height): string {
	return `video/x-raw,format=I420,width=${w},height=${h},framerate=30/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709`;
}
const monoCaps = 'audio/x-raw,format=F32LE,rate=48000,channels=1';
const audioCaps = 'audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3';

/** The pipelines and files of one test. */
export class Stage {
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

	/** A flat picture, and with `hz` a sine of `volume` (1 is full scale); another one on the right with `rightHz`. */
	async source(
		slot: number,
		colour: number,
		{ hz = 0, rightHz = 0, volume = 0.1, pattern = 'solid-color', w = width, h = height, offsetNs = 0, frames = -1 } = {},
	): Promise<Pipeline> {
		const argb = (0xff000000 + colour).toString(10);
		const offset = `pts-offset=${offsetNs}`;
		let launch = `videotestsrc is-live=true num-buffers=${frames} pattern=${pattern} foreground-color=${argb} ! ${videoCaps(w, h)} ! r58linksink ${offset} address=${this.address(`${slot}.video`)}`;
		if (hz) {
			const tone = (freq: number) => `audiotestsrc is-live=true freq=${freq} volume=${volume} samplesperbuffer=480`;
			const side = (freq: number, pan: number) => `${tone(freq)} ! ${monoCaps} ! audiopanorama panorama=${pan} ! sides.`;
			const sound =
				rightHz === 0
					? tone(hz)
					: `${side(hz, -1)} ${side(rightHz, 1)} audiomixer name=sides output-buffer-duration=10000000 latency=200000000`;
			launch += ` ${sound} ! ${audioCaps} ! r58linksink ${offset} address=${this.address(`${slot}.audio`)}`;
		}
		const pipeline = new Pipeline();
		this.#sources.push(pipeline);
		return pipeline.start(launch);
	}

	/**
	 * A test picture with a border colour and a frame number, and a tone, as links from 0 delay: frame k is of grid index k.
	 * With `flash` it flashes and beeps, with `lateMs` both come so much later than their timestamps say.
	 */
	async counted(slot: number, colour: number, { hz = 440, flash = false, lateMs = 0 } = {}): Promise<Pipeline> {
		const hex = `#${colour.toString(16).padStart(6, '0')}`;
		const late = lateMs ? `queue min-threshold-time=${lateMs * 1e6} max-size-buffers=0 max-size-bytes=0 ! ` : '';
		const sink = (stream: string) => `t.${stream} ! ${late}r58linksink address=${this.address(`${slot}.${stream}`)}`;
		const pipeline = await new Pipeline().start(
			`r58testsrc name=t colour=${hex} tone-hz=${hz} flash=${flash} label=${slot} video-caps="${videoCaps()}" ${sink('video')} ${sink('audio')}`,
		);
		this.#sources.push(pipeline);
		return pipeline;
	}

	/** A flat picture so many times a second, whose caps say `rate`. */
	async raw(slot: number, colour: number, fps: number, rate: string): Promise<Pipeline> {
		const argb = (0xff000000 + colour).toString(10);
		const [made, said] = [`framerate=${fps}/1`, rate].map((rate) => videoCaps().replace(/framerate=[^,]+/, rate));
		const pipeline = await new Pipeline().start(
			`videotestsrc is-live=true pattern=solid-color foreground-color=${argb} ! ${made} ! capssetter replace=true caps="${said}" ! r58linksink address=${this.address(`${slot}.video`)}`,
		);
		this.#sources.push(pipeline);
		return pipeline;
	}

	/** The mixer, with each named pad written to a file. */
	async start(...pads: string[]): Promise<void> {
		const tap = (pad: string) => `m.${pad} ! gdppay ! filesink async=false location=${this.file(pad)}`;
		await this.mixer.start(`r58mixer name=m slots=6 realtime=true caps="${videoCaps()}" ${pads.map(tap).join(' ')}`);
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
	async point(slots: number[], sound = false, rest: object = {}): Promise<void> {
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
				n1: true,
				...rest,
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

	/**
	 * Tells the mixer's sound, and waits until the file of `pad` has so much of what comes with it. Returns where that is, as
	 * numbers of samples of the machine's grid.
	 */
	async heard(command: object, seconds = 0.25, pad = 'audio'): Promise<{ from: number; to: number }> {
		const refused = this.mixer.waitEvent('refused');
		this.command({ op: 'audio', rampMs: 0, ...command });
		// Commands are taken in their order: whoever was told that this one is none knows that the other counts.
		this.command({ op: 'none' });
		await refused;
		// The shortest ramp is 5 ms, and a block that is due now may be mixed already.
		const from = Math.round((Number(process.hrtime.bigint()) / 1e9 + 0.02) * sampleRate);
		const to = from + seconds * sampleRate;
		await until(() => Number(readGdp(this.file(pad)).at(-1)?.offset ?? 0) >= to, {
			what: `${seconds} s of sound`,
		});
		return { from, to };
	}

	video(): Frames {
		return new Frames(readGdp(this.file('video')));
	}

	audio(pad = 'audio'): { first: number; left: Float32Array; right: Float32Array } {
		const blocks = readGdp(this.file(pad));
		const bytes = Buffer.concat(blocks.map(({ data }) => data));
		const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
		consecutive(blocks, blockSamples);
		return { first: Number(blocks[0]!.offset), left: channelOf(samples, 2, 0), right: channelOf(samples, 2, 1) };
	}
}

/** Numbers without a gap, times that follow from them. */
export function consecutive(buffers: GdpBuffer[], step: number): void {
	for (const [i, buffer] of buffers.entries()) {
		if (i === 0) continue;
		assert.is(Number(buffer.offset - buffers[i - 1]!.offset), step, `after buffer ${i - 1}`);
	}
}

export class Frames {
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

	/** The frame number that a test picture shows in `box`. */
	counter(frame: number, box = full): number | null {
		return readCounter({ format: 'i420', width, height, data: this.at(frame).data }, box);
	}

	middle(frame: number): Yuv {
		return this.pixel(frame, width / 2, height / 2);
	}
}

export function near(actual: Yuv, expected: Yuv, what: string, tolerance = 2): void {
	const off = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
	assert.ok(off <= tolerance, `${what}: ${actual} instead of ${expected}`);
}

export function between(a: Yuv, b: Yuv, weight: number): Yuv {
	return a.map((value, i) => value + (b[i]! - value) * weight) as Yuv;
}

/** BT.709 limited range. */
export function yuv(colour: number): Yuv {
	const [r, g, b] = [colour >> 16, (colour >> 8) & 255, colour & 255].map((c) => c / 255) as [number, number, number];
	const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
	return [16 + 219 * luma, 128 + (224 * (b - luma)) / 1.8556, 128 + (224 * (r - luma)) / 1.5748];
}

export const [red, green, blue, white] = [0xd02020, 0x20c040, 0x2040d0, 0xf0f0f0];

/** A test with a stage of its own, which is cleared whatever happens. */
export function staged(name: string, body: (stage: Stage) => Promise<void>, suite: Test = test): void {
	suite(name, async () => {
		const stage = new Stage();
		try {
			await body(stage);
			assert.equal(stage.mixer.errors, []);
		} finally {
			await stage.stop();
		}
	});
}
