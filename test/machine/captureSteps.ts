import assert from 'node:assert';
import { hdmiSource } from '../../pipelines/hdmiSource.js';
import { type EventBody, Pipeline } from '../tools/engine/pipeline.js';
import { SourceStage } from '../tools/engine/stage.js';
import { step } from '../tools/machine/steps.js';
import { plug, unplug, Vivid } from '../tools/machine/vivid.js';
import { until } from '../tools/wait.js';

const canvas = { width: 160, height: 90, fpsNum: 10, fpsDen: 1 };
/** The emulated machine needs its time for each of these. */
const timeoutMs = 30_000;
/** What V4L2 and GStreamer call them. */
const formats = { NV12: 'NV12', YU12: 'I420', NV16: 'NV16', UYVY: 'UYVY', YUYV: 'YUY2', NV24: 'NV24', BGR3: 'BGR' };
/** 100 % red in bt709, studio range; within what scaling and 4:2:2 cost. */
const red = [63, 102, 240] as const;

function open(device: string): Promise<SourceStage> {
	const id = 'hdmi1';
	const instance = `qemu${device.at(-1)}`;
	return SourceStage.start({ instance, id, canvas, kind: 'video', launch: hdmiSource({ instance, id, canvas, device }) });
}

function assertRed(format: string, colour: readonly number[]): void {
	for (const [i, value] of colour.entries())
		assert.ok(Math.abs(value - red[i]!) <= 8, `${format}: ${colour.join(' ')} instead of ${red.join(' ')}`);
}

const gone = (reason: string) => (body: EventBody) => !body.present && body.reason === reason;
const size = (width: number, height: number) => (body: EventBody) =>
	body.present && body.width === width && body.height === height;

export async function captureSteps(): Promise<void> {
	const first = new Vivid('/dev/video0');
	const second = new Vivid('/dev/video1');

	for (const [camera, api] of [
		[first, 'single-planar'],
		[second, 'multi-planar'],
	] as const)
		await step(`every pixel format is captured (${api})`, async () => {
			camera.timings('720x480p59');
			camera.paint('100% Red');
			const seen: Record<string, number[]> = {};
			const stage = await open(camera.device);
			try {
				for (const [format, name] of Object.entries(formats)) {
					const taken = stage.source.waitEvent('signal', (body) => body.format === name, timeoutMs);
					stage.source.command('capture', { op: 'open', format });
					await taken;
					await stage.advance(2);
					seen[format] = stage.colour();
				}
			} finally {
				await stage.stop();
			}
			for (const [format, colour] of Object.entries(seen)) assertRed(format, colour);
			return seen;
		});

	first.timings('1280x720p60');
	const stage = await open(first.device);
	try {
		await step('size, rate and format of the input are told, its frames brought to the canvas', async () => {
			await stage.advance(5);
			const signal = stage.last('signal');
			const before = stage.counters!;
			await until(() => stage.counters!.ticks >= before.ticks + 6, { what: '3 s of frames', timeoutMs });
			const after = stage.counters!;
			const lateMs = Number(process.hrtime.bigint() - BigInt(after.lastPtsNs)) / 1e6;
			return { signal, device: stage.last('device'), before, after, lateMs, colour: stage.colour() };
		});
		await step('a lost signal stops the frames at once and nothing else', async () => {
			const told = stage.source.waitEvent('signal', gone('no-link'), timeoutMs);
			const at = performance.now();
			first.signal('none');
			await told;
			const toldMs = performance.now() - at;
			const frames = () => stage.link!.buffers;
			await until(() => stage.counters!.signal === false, { what: 'stats without signal', timeoutMs });
			const waited = (ticks: number) => until(() => stage.counters!.ticks >= ticks, { what: 'the source to wait on', timeoutMs });
			// What the link says of itself is up to a second old.
			await waited(stage.counters!.ticks + 2);
			const before = { frames: frames(), ticks: stage.counters!.ticks };
			await waited(before.ticks + 3);
			return { toldMs, framesMeanwhile: frames() - before.frames };
		});
		await step('a signal that is found again goes on by itself', async () => {
			const told = stage.source.waitEvent('signal', size(1280, 720), timeoutMs);
			first.signal('selected');
			const signal = await told;
			await stage.advance(5);
			return { signal, link: stage.link, reader: stage.reader };
		});
		await step('a signal that cannot be used is told from none', async () => {
			for (const [mode, reason] of [
				['noLock', 'no-lock'],
				['outOfRange', 'out-of-range'],
			] as const) {
				const told = stage.source.waitEvent('signal', gone(reason), timeoutMs);
				first.signal(mode);
				await told;
			}
			return {};
		});
		await step('size and rate change without a word to the link', async () => {
			const seen: unknown[] = [];
			for (const [name, width, height] of [
				['1920x1080p30', 1920, 1080],
				['720x576p50', 720, 576],
				['1280x720p25', 1280, 720],
				['1280x720p60', 1280, 720],
			] as const) {
				const told = stage.source.waitEvent('signal', size(width, height), timeoutMs);
				first.timings(name);
				seen.push({ name, signal: await told });
				await stage.advance(3);
			}
			await until(() => (stage.link?.readers ?? 0) > 0, { what: 'stats of the link', timeoutMs });
			return { seen, link: stage.link, reader: stage.reader };
		});
		await step('an interlaced signal is refused by name, a progressive one taken again', async () => {
			const refused = stage.source.waitEvent('fault', ({ reason }) => /interlaced/.test(reason), timeoutMs);
			first.timings('720x576i25');
			const fault = await refused;
			first.timings('1280x720p60');
			await stage.advance(3);
			return { fault };
		});
		await step('frames that are missing or damaged are counted', async () => {
			const before = stage.counters!;
			first.set('percentage_of_dropped_buffers', 50);
			await until(() => stage.counters!.dropped > before.dropped, { what: 'dropped frames', timeoutMs });
			first.set('percentage_of_dropped_buffers', 0);
			first.set('inject_v4l2_buf_flag_error', 1);
			await until(() => stage.counters!.errors > before.errors, { what: 'a damaged frame', timeoutMs });
			return { before, after: stage.counters };
		});
		await step('a stream that the driver breaks is started anew', async () => {
			const broken = stage.source.waitEvent('fault', ({ code }) => code === 'stream', timeoutMs);
			first.set('inject_fatal_streaming_error', 1);
			const fault = await broken;
			await stage.advance(3);
			return { fault };
		});
		await step('a device has one opener', async () => {
			const other = new Pipeline();
			try {
				await other.start(hdmiSource({ instance: 'other', id: 'hdmi1', canvas, device: first.device }));
				return { fault: await other.waitEvent('fault', ({ code }) => code === 'busy', timeoutMs) };
			} finally {
				await other.stop();
			}
		});
		await step('a device that is unplugged and plugged in again goes on by itself', async () => {
			const seen: unknown[] = [];
			for (const round of [1, 2]) {
				const out = stage.source.waitEvent('signal', gone('no-device'), timeoutMs);
				unplug();
				await out;
				const back = stage.source.waitEvent('signal', size(1280, 720), timeoutMs);
				plug();
				seen.push({ round, signal: await back, device: stage.last('device') });
				await stage.advance(3);
			}
			return { seen, errors: stage.source.errors, link: stage.link, reader: stage.reader };
		});
	} finally {
		await stage.stop();
	}

	await step('another device in the place of the expected one is refused', async () => {
		const other = new Pipeline();
		try {
			const launch = hdmiSource({ instance: 'other', id: 'hdmi1', canvas, device: first.device, busInfo: 'platform:elsewhere' });
			await other.start(launch);
			return { fault: await other.waitEvent('fault', ({ code }) => code === 'device', timeoutMs) };
		} finally {
			await other.stop();
		}
	});
}
