/** Where flashes and beeps lie in a file, each by itself: what is between them is the offset of sound and picture. */

import type { Box } from './counter.js';
import { run, sound, times } from './media.js';
import { channelOf } from './tones.js';

const rate = 48_000;
/** White is at 235, the test picture's field at 40. */
const white = 140;

/** First frame of each flash at each of these points, s. */
export async function flashes(file: string, points: [x: number, y: number][]): Promise<number[][]> {
	const crops = points.map(([x, y], i) => `[v${i}]crop=8:8:${x}*iw-4:${y}*ih-4,scale=2:2:flags=area,format=gray[c${i}]`);
	const filter = [
		`[0:v]split=${points.length}${points.map((_, i) => `[v${i}]`).join('')}`,
		...crops,
		points.length > 1 ? `${points.map((_, i) => `[c${i}]`).join('')}hstack=${points.length}[out]` : '[c0]null[out]',
	].join(';');
	const args = ['-v', 'error', '-i', file, '-filter_complex', filter, '-map', '[out]', '-fps_mode', 'passthrough'];
	const raw = await run('ffmpeg', [...args, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1']);
	const at = (await times(file, 'video')).map((ns) => Number(ns) / 1e9);
	const row = points.length * 2;
	return points.map((_, i) => {
		const found: number[] = [];
		let before = 255;
		for (let frame = 0; frame < at.length; frame++) {
			const luma = raw[frame * row * 2 + i * 2] ?? 0;
			if (luma > white && before <= white) found.push(at[frame]!);
			before = luma;
		}
		return found;
	});
}

/** Begin of each beep of these frequencies, s: where its strength passes half of what it becomes. */
export async function beeps(file: string, frequencies: number[]): Promise<number[][]> {
	const first = Number((await times(file, 'audio'))[0]!) / 1e9;
	const left = channelOf(await sound(file), 2, 0);
	return frequencies.map((hz) => onsets(left, hz).map((sample) => first + sample / rate));
}

/** Samples at which a tone begins. */
export function onsets(samples: Float32Array, hz: number, loudest?: number): number[] {
	const [window, hop] = [480, 12];
	const shape = Float64Array.from({ length: window }, (_, i) => (1 - Math.cos((2 * Math.PI * (i + 0.5)) / window)) / window);
	const turn = (2 * Math.PI * hz) / rate;
	const [cos, sin] = [Math.cos, Math.sin].map((wave) => Float64Array.from({ length: window }, (_, i) => wave(turn * i)));
	const strength: number[] = [];
	for (let from = 0; from + window <= samples.length; from += hop) {
		let [re, im] = [0, 0];
		for (let i = 0; i < window; i++) {
			const value = samples[from + i]! * shape[i]!;
			re += value * cos![i]!;
			im += value * sin![i]!;
		}
		strength.push(2 * Math.hypot(re, im));
	}
	const half = (loudest ?? percentile(strength, 0.95)) / 2;
	const found: number[] = [];
	let quiet = false;
	for (let i = 1; i < strength.length; i++) {
		if (strength[i]! < half / 2) quiet = true;
		if (!quiet || strength[i]! < half) continue;
		// The middle of the window lies on the begin when half of the tone is in it.
		const between = (half - strength[i - 1]!) / (strength[i]! - strength[i - 1]!);
		found.push((i - 1 + between) * hop + window / 2);
		quiet = false;
	}
	return found;
}

/** How much later than the nearest flash each beep is, ms; those with no flash within 400 ms are left out. */
export function offsets(flashes: number[], beeps: number[]): number[] {
	return beeps.flatMap((beep) => {
		const off = flashes.map((flash) => (beep - flash) * 1000).sort((a, b) => Math.abs(a) - Math.abs(b))[0];
		return off !== undefined && Math.abs(off) < 400 ? [off] : [];
	});
}

/** Middle of the flash of a test picture in a box of the canvas. */
export function flashPoint({ x, y, w, h }: Box): [number, number] {
	return [x + (w * 32.5) / 40, y + (h * 8.5) / 40];
}

function percentile(values: number[], part: number): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
}

export function median(values: number[]): number {
	return percentile(values, 0.5);
}
