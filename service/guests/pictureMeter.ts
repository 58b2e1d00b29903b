import type { EventData } from '../../pipelines/events.js';
import type { Guest } from '../contract/guests.js';
import { Recent } from '../util/recent.js';

/** Frames a second are counted over this long: a jittery network brings them in bunches. */
const windowMs = 2_000;
/** A machine that was held up reads several figures at once: less than this apart they say nothing about a rate. */
const leastMs = 800;

/** Size and rate of a guest's decoded picture, from the figures of the r58meter behind its decoder. */
export class PictureMeter {
	#counts = new Recent<{ at: number; buffers: number }>(windowMs);

	/** Null before the first picture, and once none has come for the window. */
	read({ width, height, buffers }: EventData<'r58meter', 'stats'>, now = performance.now()): Guest['video'] {
		const first = this.#counts.add({ at: now, buffers })[0]!;
		const frames = buffers - first.buffers;
		if (!width || !height || now - first.at < leastMs || frames === 0) return null;
		return { width, height, fps: Math.round((frames * 1000) / (now - first.at)) };
	}
}
