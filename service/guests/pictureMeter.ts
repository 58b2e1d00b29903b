import type { EventData } from '../../pipelines/events.js';
import type { Guest } from '../contract/guests.js';
import { Recent } from '../util/recent.js';

/** The frame rate is averaged over this long: a jittery network delivers frames in bunches. */
const windowMs = 2_000;
/** After a hold-up several figures are read at once: less than this apart they give no rate. */
const leastMs = 800;

/** Size and frame rate of a guest's decoded picture, from the r58meter behind the decoder. */
export class PictureMeter {
	#counts = new Recent<{ at: number; buffers: number }>(windowMs);

	/** Null before the first picture, and when none came within the window. */
	read({ width, height, buffers }: EventData<'r58meter', 'stats'>, now = performance.now()): Guest['video'] {
		const first = this.#counts.add({ at: now, buffers })[0]!;
		const frames = buffers - first.buffers;
		if (!width || !height || now - first.at < leastMs || frames === 0) return null;
		return { width, height, fps: Math.round((frames * 1000) / (now - first.at)) };
	}
}
