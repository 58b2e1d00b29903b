import * as assert from 'uvu/assert';
import {
	between,
	black,
	blue,
	consecutive,
	full,
	green,
	near,
	quarters,
	red,
	staged,
	white,
	width,
	type Yuv,
	yuv,
} from '../tools/engine/mixerStage.js';
import type { EventBody } from '../tools/engine/pipeline.js';
import { test } from '../tools/suite.js';
import { pause } from '../tools/wait.js';

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

staged('each side of a crop takes its own side away', async (stage) => {
	await stage.source(0, red, { pattern: 'smpte' });
	await stage.start('video');
	await stage.point([0]);
	const layer = { slot: 0, ...full, fit: 'fill' };
	const whole = (await stage.program('whole', [layer])).applied.frame;
	const crops = [
		[0.4, 0, 0, 0],
		[0, 0.4, 0, 0],
		[0, 0, 0.4, 0],
		[0, 0, 0, 0.4],
		[0.3, 0.2, 0.1, 0.4],
	] as const;
	const frames: number[] = [];
	for (const [i, crop] of crops.entries()) frames.push((await stage.program(`crop${i}`, [{ ...layer, crop }])).applied.frame);
	await stage.stop();
	const video = stage.video();
	const at = (frame: number, x: number, y: number) => video.pixel(frame, Math.floor(x * width), Math.floor(y * (width / 16) * 9));
	const plain = (x: number, y: number) =>
		[-0.02, 0.02].every((d) => at(whole, x + d, y).every((value, i) => Math.abs(value - at(whole, x, y + d)[i]!) < 2));
	for (const [i, [left, top, right, bottom]] of crops.entries()) {
		let compared = 0;
		for (let x = 0.05; x < 1; x += 0.1)
			for (let y = 0.05; y < 1; y += 0.1) {
				const [u, v] = [left + x * (1 - left - right), top + y * (1 - top - bottom)];
				if (u < 0.03 || u > 0.97 || v < 0.03 || v > 0.97 || !plain(u, v)) continue;
				near(at(frames[i]!, x, y), at(whole, u, v), `crop ${crops[i]} at ${x.toFixed(2)}, ${y.toFixed(2)}`, 4);
				compared += 1;
			}
		assert.ok(compared > 20, `${compared} points`);
	}
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

staged(
	'a mixer that got no processor for three frames has lost none of a source, also of one with a long delay',
	async (stage) => {
		const source = await stage.source(0, red);
		await stage.start('video');
		await stage.point([0], false, { delayMs: 250 });
		/** What does not fit into the memory that a reader may hold. */
		let tooMany = 0;
		for (let round = 0; round < 8; round++) {
			const at = performance.now();
			process.kill(stage.mixer.pid, 'SIGSTOP');
			await pause(110);
			process.kill(stage.mixer.pid, 'SIGCONT');
			tooMany += Math.max(0, Math.ceil((performance.now() - at) / (1000 / 30)) + 1 - 7);
			await pause(100);
		}
		for (let i = 0; i < 2; i++) await source.waitEvent('stats');
		const { skipped } = source.events.findLast(({ name }) => name === 'stats')!.body;
		assert.ok(skipped <= tooMany, `${skipped} frames were skipped`);
	},
);

staged("a source of four times the program's rate is live and moves, whatever its delay", async (stage) => {
	const delays = [0, 60, 133, 183, 250, 500];
	await stage.raw(0, red, 120, 'framerate=120/1');
	await stage.start('video');
	for (const [slot, delayMs] of delays.entries()) await stage.point([slot], false, { video: stage.address('0.video'), delayMs });
	// Of a slot whose frames are pushed out before their time it would show none.
	const { slots: before } = await stage.mixer.waitEvent('stats');
	await stage.mixer.waitEvent('stats', ({ slots }) =>
		delays.every((_, slot) => slots[slot].video.frames > before[slot].video.frames + 40),
	);
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
		// It comes back in the answer, which must stay JSON.
		[{ op: 'program', id: 'n\u001f', layers: [{ slot: 6 }] }, /slot/],
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

staged('timestamps from another time neither stop nor delay the program', async (stage) => {
	const minute = 60_000_000_000;
	await stage.source(0, red, { hz: 440 });
	await stage.source(1, blue, { hz: 550, offsetNs: minute });
	await stage.source(2, green, { hz: 660, offsetNs: -minute });
	await stage.start('video', 'audio');
	await stage.point([0], true);
	for (const slot of [1, 2])
		stage.command({ op: 'slot', slot, video: stage.address(`${slot}.video`), audio: stage.address(`${slot}.audio`) });
	await stage.mixer.waitEvent('stats', ({ slots }) => slots[1]?.video.dropped > 10 && slots[2]?.video.frames > 10);
	const { applied } = await stage.program(
		'quad',
		quarters.slice(0, 3).map((box, slot) => ({ slot, ...box })),
		{ gains: [1, 1, 1] },
	);
	const { skippedFrames } = await stage.mixer.waitEvent('stats');
	await stage.stop();
	assert.is(skippedFrames, 0);
	consecutive(stage.video().buffers, 1);
	assert.ok(stage.audio().left.length > 0);
	near(stage.video().pixel(applied.frame, 80, 45), yuv(red), 'the good one');
	near(stage.video().pixel(applied.frame, 240, 45), black, 'the one of the future');
	near(stage.video().pixel(applied.frame, 80, 135), yuv(green), 'the one of the past');
});

staged('the program is written into its link in place', async (stage) => {
	await stage.source(0, red);
	await stage.mixer.start(`r58mixer name=m audio=false m.video ! r58linksink name=out address=${stage.address('program')}`);
	await stage.point([0]);
	await stage.program('on', [{ slot: 0, ...full }]);
	const { buffers, copied } = await stage.mixer.waitEvent('stats', (e) => e.buffers > 20);
	assert.ok(buffers > 20);
	assert.is(copied, 0);
});

test.run();
