import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { boxHeader, endOf, type Fragment, readFragment, readTracks, shortened } from '../../../service/recordings/fragments.js';
import { Part } from '../../../service/recordings/part.js';
import { times } from '../../tools/engine/media.js';
import { suite } from '../../tools/suite.js';

/** Files of the real mp4mux: 4.5 s, a key frame every 16 frames, so that fragments of one sample are among them. */
const test = suite<{ folder: string; file: string }>('fragments');
const KEY_EVERY = 16;
const launch = (file: string) =>
	`videotestsrc num-buffers=135 ! video/x-raw,width=160,height=90,framerate=30/1 ! x264enc tune=zerolatency
	key-int-max=${KEY_EVERY} ! h264parse ! mux. audiotestsrc num-buffers=450 samplesperbuffer=480 !
	audio/x-raw,rate=48000,channels=2,format=F32LE ! avenc_aac ! aacparse ! mux.
	mp4mux name=mux fragment-duration=500 fragment-mode=dash-or-mss ! filesink location=${file} buffer-mode=unbuffered`;

test.before((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'r58-fragments-'));
	context.file = join(context.folder, 'whole.mp4');
});
test.before.each(({ file }) => {
	const made = spawnSync('gst-launch-1.0', ['-q', '-e', ...launch(file).split(/\s+/)], { timeout: 30_000 });
	assert.is(made.status, 0, String(made.stderr));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

interface Placed extends Fragment {
	at: number;
	moof: Buffer;
	mdat: Buffer;
}

function fragmentsOf(file: string): Placed[] {
	const data = readFileSync(file);
	const found: Placed[] = [];
	for (let at = 0; ; ) {
		const box = boxHeader(data.subarray(at, at + 16));
		if (!box) return found;
		if (box.type === 'moof') {
			const size = boxHeader(data.subarray(at + box.size))!.size;
			const moof = data.subarray(at, at + box.size);
			found.push({ ...readFragment(moof)!, at, moof, mdat: data.subarray(at + box.size, at + box.size + size) });
		}
		at += box.size;
	}
}

test('tracks and fragments are read as ffprobe reads them', async ({ file }) => {
	const data = readFileSync(file);
	const moovAt = boxHeader(data)!.size;
	const tracks = readTracks(data.subarray(moovAt, moovAt + boxHeader(data.subarray(moovAt))!.size));
	assert.equal(
		[...tracks.values()],
		[
			{ kind: 'video', timescale: 3000 },
			{ kind: 'audio', timescale: 48_000 },
		],
	);
	for (const [track, { kind, timescale }] of tracks) {
		const own = fragmentsOf(file).filter((fragment) => fragment.track === track);
		const ticks = own.flatMap(({ start, samples }) =>
			samples.map((_, i) => start + endOf({ track, start: 0, samples: samples.slice(0, i) })),
		);
		const expected = (await times(file, kind)).map((time) => Math.round((Number(time) * timescale) / 1e9));
		assert.equal(ticks, expected, kind);
		if (kind === 'audio') continue;
		const keys = own.flatMap(({ samples }) => samples).flatMap(({ sync }, i) => (sync ? [i] : []));
		assert.equal(
			keys,
			Array.from({ length: Math.ceil(135 / KEY_EVERY) }, (_, i) => i * KEY_EVERY),
		);
		assert.ok(
			own.some(({ samples }) => samples.length === 1),
			'a fragment of one sample',
		);
	}
});

test('a shortened fragment has the samples that were kept', ({ file }) => {
	for (const { moof, mdat, samples, start, track } of fragmentsOf(file).filter(({ samples }) => samples.length > 1)) {
		const whole = shortened(moof, mdat, 1);
		const head = boxHeader(whole)!;
		assert.equal(readFragment(whole.subarray(0, head.size)), { track, start, samples: samples.slice(0, 1) });
		assert.is(boxHeader(whole.subarray(head.size))!.size, 8 + samples[0]!.size);
		assert.is(whole.length, head.size + 8 + samples[0]!.size);
	}
});

test('a part cut anywhere ends before a key frame, and what is left is whole', async ({ file }) => {
	const before = { video: await times(file, 'video'), audio: await times(file, 'audio') };
	const size = readFileSync(file).length;
	// From the end of the file on: each cut is of what the one before has left.
	for (const share of [0.98, 0.8, 0.6, 0.4]) {
		truncateSync(file, Math.min(readFileSync(file).length, Math.floor(size * share)));
		const part = new Part(file, 0n);
		const join = await part.cut();
		assert.ok(join, `${share}`);
		const video = await times(file, 'video');
		const audio = await times(file, 'audio');
		assert.is(video.length % KEY_EVERY, 0, `${share}: ${video.length} frames`);
		assert.equal(video, before.video.slice(0, video.length));
		assert.equal(audio, before.audio.slice(0, audio.length));
		const ms = (ns: bigint) => Math.round(Number(ns) / 1e6);
		assert.is(ms(join.videoNs), ms(before.video[video.length]!), `${share}: the next frame`);
		assert.ok(
			audio.at(-1)! < join.videoNs + 1_000_000n && before.audio[audio.length]! >= join.videoNs + 1_000_000n,
			`${share}: sound`,
		);
		assert.ok(join.audioNs > audio.at(-1)! && join.audioNs < before.audio[audio.length]!, `${share}: where sound goes on`);
	}
});

test('a part knows from when to when it has pictures, whatever its sound does', async ({ file }) => {
	const frameNs = 1_000_000_000n / 30n;
	for (const share of [1, 0.85, 0.55]) {
		const whole = fragmentsOf(file);
		if (share < 1) truncateSync(file, whole[Math.floor(whole.length * share)]!.at);
		const part = new Part(file, 0n);
		await part.scan();
		const [video, audio] = [await times(file, 'video'), await times(file, 'audio')];
		const off = (value: bigint | null, expected: bigint) => Math.abs(Number(value! - expected)) / 1e6;
		assert.ok(off(part.startNs, video[0]!) < 1, `${share}: begins at ${part.startNs}`);
		assert.ok(
			off(part.endNs, video.at(-1)! + frameNs) < 1,
			`${share}: ends at ${part.endNs}, its last picture at ${video.at(-1)}`,
		);
		const soundEnd = audio.at(-1)! + (1024n * 1_000_000_000n) / 48_000n;
		assert.ok(off(part.endNs, soundEnd) > 1, `${share}: picture and sound end together here, which proves nothing`);
	}
});

test('a part without a second key frame is removed: nothing of it is needed', async ({ file }) => {
	truncateSync(file, fragmentsOf(file)[2]!.at);
	assert.is(await new Part(file, 0n).cut(), null);
	assert.throws(() => readFileSync(file), /ENOENT/);
	assert.is(await new Part(file, 0n).cut(), null);
});

test('nonsense is no fragment', () => {
	for (const data of [Buffer.alloc(0), Buffer.alloc(64), Buffer.from('0000001c6d6f6f66ffffffff', 'hex')]) {
		assert.is(readFragment(data), null);
		assert.is(readTracks(data).size, 0);
	}
});

test.run();
