import * as assert from 'uvu/assert';
import { median } from '../tools/engine/avSync.js';
import { full, red, type Stage, staged } from '../tools/engine/mixerStage.js';
import { bandDb } from '../tools/engine/tones.js';
import { test } from '../tools/suite.js';

/** What the mixer does to levels and sides: left and right carry tones of their own, so nothing can be taken for another. */
const rate = 48_000;
const [leftHz, rightHz] = [440, 1310];
const silent = -70;
/** A busy machine may hold a source up this long, and nothing of its tone is missing. */
const patience = { delayMs: 500 };

interface Heard {
	left: Float32Array;
	right: Float32Array;
}

/** Tells the mixer; returns what is to be heard with that from each pad, once all has ended. */
async function stretch(stage: Stage, command: object): Promise<(pad?: string) => Heard> {
	const { from, to } = await stage.heard(command);
	return (pad = 'audio') => {
		const { first, left, right } = stage.audio(pad);
		return { left: left.slice(from - first, to - first), right: right.slice(from - first, to - first) };
	};
}

/** dBFS of a tone in the middle of all pieces of 40 ms: where a busy machine held the source up, there is a hole. */
function steady(samples: Float32Array, hz: number): number {
	const pieces = Array.from({ length: Math.floor(samples.length / 960) - 1 }, (_, i) => samples.slice(i * 960, i * 960 + 1920));
	return median(pieces.map((piece) => bandDb(piece, rate, hz)));
}

function level(samples: Float32Array, hz: number, wanted: number, what: string): void {
	const found = steady(samples, hz);
	if (wanted <= silent) assert.ok(found < silent, `${what}: ${hz} Hz at ${found.toFixed(1)} dB, not silent`);
	else assert.ok(Math.abs(found - wanted) < 0.2, `${what}: ${hz} Hz at ${found.toFixed(2)} dB instead of ${wanted.toFixed(2)}`);
}

function peak(samples: Float32Array): number {
	return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

const dB = (gain: number) => 20 * Math.log10(gain);

staged('left stays left and right stays right; a balance turns down the far side alone', async (stage) => {
	await stage.source(0, red, { hz: leftHz, rightHz });
	await stage.start('audio', 'n1_1');
	await stage.point([0], true, patience);
	stage.command({ op: 'slot', slot: 1, n1: true });
	const cases: [pan: number, leftDb: number, rightDb: number][] = [
		[0, -20, -20],
		[-1, -20, -120],
		[1, -120, -20],
		[-0.5, -20, -20 + dB(0.5)],
		[0.5, -20 + dB(0.5), -20],
	];
	const heard: ((pad?: string) => Heard)[] = [];
	for (const [pan] of cases) heard.push(await stretch(stage, { gains: [1], pans: [pan] }));
	await stage.mixer.waitEvent('levels');
	const { slots, master } = await stage.mixer.waitEvent('levels');
	await stage.stop();
	for (const [i, [pan, leftDb, rightDb]] of cases.entries())
		for (const pad of ['audio', 'n1_1']) {
			const { left, right } = heard[i]!(pad);
			level(left, leftHz, leftDb, `${pad}, left at pan ${pan}`);
			level(right, rightHz, rightDb, `${pad}, right at pan ${pan}`);
			level(left, rightHz, -120, `${pad}, the right tone on the left at pan ${pan}`);
			level(right, leftHz, -120, `${pad}, the left tone on the right at pan ${pan}`);
		}
	for (const [side, expected] of [
		[0, -20 + dB(0.5)],
		[1, -20],
	] as const) {
		assert.ok(Math.abs(slots[0][side] + 20) < 0.3, `the meter of a slot is before its fader: ${slots[0]}`);
		assert.ok(Math.abs(master[side] - expected) < 0.3, `the meter of the program is behind it: ${master}`);
	}
});

staged('a slot’s fader turns up as well as down; the master turns all of it', async (stage) => {
	await stage.source(0, red, { hz: leftHz, rightHz });
	await stage.source(1, red, { hz: 700, rightHz: 2100 });
	await stage.start('audio');
	await stage.point([0, 1], true, patience);
	const cases: [gains: [number, number], master: number][] = [
		[[1, 1], 1],
		[[2, 0.5], 1],
		[[1, 0], 0.25],
		[[1, 1], 2],
		[[1, 1], 0],
	];
	const heard: (() => Heard)[] = [];
	for (const [gains, master] of cases) heard.push(await stretch(stage, { gains, pans: [0, 0], master }));
	await stage.stop();
	for (const [i, [gains, master]] of cases.entries()) {
		const { left, right } = heard[i]!();
		const what = `gains ${gains}, master ${master}`;
		for (const [slot, pair] of [
			[leftHz, rightHz],
			[700, 2100],
		].entries()) {
			const expected = gains[slot]! * master > 0 ? -20 + dB(gains[slot]! * master) : -120;
			level(left, pair[0]!, expected, `${what}, left of slot ${slot}`);
			level(right, pair[1]!, expected, `${what}, right of slot ${slot}`);
		}
	}
});

staged(
	'what is too loud is bent below −1 dBFS on both sides alike; what is not stays as it is; afterwards it comes back',
	async (stage) => {
		await stage.source(0, red, { hz: leftHz, rightHz, volume: 0.5 });
		await stage.start('audio', 'n1_1');
		await stage.point([0], true, patience);
		stage.command({ op: 'slot', slot: 1, n1: true });
		const ceiling = 10 ** (-1 / 20);
		const gentle = await stretch(stage, { gains: [1.2], pans: [0] });
		const loud = await stretch(stage, { gains: [4], pans: [0] });
		const oneSided = await stretch(stage, { gains: [4], pans: [0.9] });
		// The limiter lets go within half a second.
		await stretch(stage, { gains: [1], pans: [0] });
		await stretch(stage, { gains: [1], pans: [0] });
		const after = await stretch(stage, { gains: [1], pans: [0] });
		await stage.stop();
		for (const pad of ['audio', 'n1_1']) {
			for (const side of ['left', 'right'] as const) {
				const hz = side === 'left' ? leftHz : rightHz;
				level(gentle(pad)[side], hz, dB(0.6), `${pad}, ${side} below the limiter`);
				const most = peak(loud(pad)[side]);
				assert.ok(most <= ceiling + 1e-4 && most > 0.8, `${pad}: +6 dBFS comes out on the ${side} with a peak of ${most}`);
				level(after(pad)[side], hz, dB(0.5), `${pad}, ${side} afterwards`);
			}
			// +6 dB on the right, −14 on the left: the picture of the sound must not move to the quiet side.
			const { left, right } = oneSided(pad);
			assert.ok(peak(right) <= ceiling + 1e-4, `${pad}: ${peak(right)}`);
			const apart = steady(right, rightHz) - steady(left, leftHz);
			assert.ok(Math.abs(apart - 20) < 0.5, `${pad}: right is ${apart.toFixed(1)} dB above left instead of 20`);
		}
	},
);

staged('gains of a program command leave balance and master alone', async (stage) => {
	await stage.source(0, red, { hz: leftHz, rightHz });
	await stage.start('video', 'audio');
	await stage.point([0], true, patience);
	stage.command({ op: 'audio', gains: [0.5], pans: [1], master: 0.5, rampMs: 0 });
	await stage.program('on', [{ slot: 0, ...full }], { gains: [1], rampFrames: 1 });
	const heard = await stretch(stage, {});
	await stage.stop();
	const { left, right } = heard();
	level(right, rightHz, -20 + dB(0.5), 'right');
	level(left, leftHz, -120, 'left');
});

test.run();
