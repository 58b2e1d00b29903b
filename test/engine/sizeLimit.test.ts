import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Pipeline } from '../tools/engine/pipeline.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

/** Pictures that are too large for the canvas end before the decoder, with their size. */
const folder = mkdtempSync(join(tmpdir(), 'r58-size-'));
test.after(() => rmSync(folder, { recursive: true }));

/** Exponential Golomb codes (ITU-T H.264 §9.1) and plain bits, as one NAL unit. */
const ue = (n: number) => {
	const bits = (n + 1).toString(2);
	return '0'.repeat(bits.length - 1) + bits;
};
function unit(type: number, bits: string): Buffer {
	const padded = `${bits}1`.padEnd(Math.ceil((bits.length + 1) / 8) * 8, '0');
	const bytes = padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
	return Buffer.from([0, 0, 0, 1, type, ...bytes]);
}
const byte = (n: number) => n.toString(2).padStart(8, '0');

/** A stream that is coded at one size and says that only its corner of 320×180 is shown. */
function stream(width: number, height: number): Buffer {
	const crop = `1${ue(0)}${ue((width - 320) / 2)}${ue(0)}${ue((height - 180) / 2)}`;
	const sides = ue(width / 16 - 1) + ue(height / 16 - 1);
	const sps = unit(0x67, `${byte(66)}${byte(0)}${byte(62)}${ue(0)}${ue(0)}${ue(2)}${ue(1)}0${sides}11${crop}0`);
	const pps = unit(0x68, `${ue(0)}${ue(0)}00${ue(0)}${ue(0)}${ue(0)}000${ue(0)}${ue(0)}${ue(0)}000`);
	const slice = unit(0x65, `${ue(0)}${ue(7)}${ue(0)}0000${ue(0)}00${ue(0)}${'10'.repeat(80)}`);
	return Buffer.concat([sps, pps, slice]);
}

/** The error of a stream, null when it came through. */
async function verdict(source: string): Promise<string | null> {
	const pipeline = await new Pipeline().start(
		`${source} ! r58sizelimit name=picture-size longest=1920 shortest=1080 ! r58meter name=out ! fakesink async=false`,
	);
	try {
		const passed = () => pipeline.events.some(({ name, body }) => name === 'stats' && body.buffers > 0);
		await until(() => pipeline.errors.length > 0 || passed(), { what: 'a picture or an error' });
		return pipeline.errors[0] ?? null;
	} finally {
		pipeline.kill();
	}
}

test('H.264 that is coded at 8192×4352 ends with its size, whatever part of it is to be shown', async () => {
	const location = join(folder, 'large.h264');
	writeFileSync(location, stream(8192, 4352));
	assert.match((await verdict(`filesrc location=${location} ! h264parse`)) ?? '', /8192×4352 is larger than the 1920×1080/);
});

test('H.264 of Full HD comes through, upright too, and after a trip by RTP', async () => {
	for (const [width, height] of [
		[1920, 1088],
		[1088, 1920],
	] as const) {
		const location = join(folder, `${width}.h264`);
		writeFileSync(location, stream(width, height));
		assert.is(await verdict(`filesrc location=${location} ! h264parse`), null);
	}
	const coded = (width: number) =>
		verdict(
			`videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=${width},height=320,framerate=10/1
			! x264enc speed-preset=ultrafast tune=zerolatency ! rtph264pay ! rtph264depay ! h264parse`,
		);
	assert.is(await coded(1280), null);
	assert.match((await coded(2048)) ?? '', /2048×320/);
});

test('VP8 is held to the same', async () => {
	const coded = (width: number) =>
		verdict(
			`videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=${width},height=320,framerate=10/1
			! vp8enc deadline=1 ! rtpvp8pay ! rtpvp8depay`,
		);
	assert.is(await coded(1280), null);
	assert.match((await coded(2048)) ?? '', /2048×320/);
});

test.run();
