/** Events of r58 elements as tests want them: what a test does not name is zero. */
import type { ElementEvent, EventData } from '../../pipelines/events.js';

type Event<F extends ElementEvent['factory']> = Extract<ElementEvent, { factory: F }>;

export const mixerEvent = (event: Pick<Event<'r58mixer'>, 'event' | 'data'>): ElementEvent =>
	({ factory: 'r58mixer', element: 'mixer', ...event }) as ElementEvent;

const link = { dropped: 0, lost: 0, connects: 1, connected: true, lastPtsNs: null };
type Slot = EventData<'r58mixer', 'stats'>['slots'][number];

export const slotVideo = (video: Partial<Slot['video']> = {}): Slot['video'] => ({
	...link,
	frames: 0,
	repeated: 0,
	losses: 0,
	...video,
});

export const mixerStats = (stats: Partial<EventData<'r58mixer', 'stats'>> = {}): EventData<'r58mixer', 'stats'> => ({
	peakLuma: 0,
	frames: 0,
	lateFrames: 0,
	skippedFrames: 0,
	blocks: 0,
	lateBlocks: 0,
	skippedBlocks: 0,
	slots: [],
	...stats,
});

export const linkSinkStats = (stats: Partial<EventData<'r58linksink', 'stats'>> = {}): EventData<'r58linksink', 'stats'> => ({
	buffers: 0,
	bytes: 0,
	copied: 0,
	skipped: 0,
	dropped: 0,
	overrun: 0,
	disconnected: 0,
	refused: 0,
	readers: 0,
	lastPtsNs: null,
	...stats,
});

/** Figures of a link that counts up to here, for hosts whose work is what comes out of one. */
export const linkEvent = (element: string, buffers = 0): ElementEvent => ({
	factory: 'r58linksink',
	element,
	event: 'stats',
	data: linkSinkStats({ buffers }),
});
