import type { Guest } from '../api/schema.js';

/** Frames a second are counted over this long: a jittery network brings them in bunches. */
const windowMs = 2_000;

/** Size and rate of a guest's decoded picture, from the figures of the r58meter behind its decoder. */
export class PictureMeter {
	#counts: { at: number; buffers: number }[] = [];

	/** Null before the first picture, and once none has come for the window. */
	read({ width, height, buffers }: Record<string, unknown>, now = performance.now()): Guest['video'] {
		const count = { at: now, buffers: Number(buffers) };
		this.#counts = [...this.#counts.filter(({ at }) => at > now - windowMs), count];
		const first = this.#counts[0]!;
		const frames = count.buffers - first.buffers;
		if (!width || !height || (frames === 0 && this.#counts.length > 2)) return null;
		const fps = now > first.at ? Math.round((frames * 1000) / (now - first.at)) : 0;
		return { width: Number(width), height: Number(height), fps };
	}
}
