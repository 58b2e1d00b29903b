/** What the r58 elements say: each event with the shape of its data. Names and units as in the plugin, which a test compares. */
import { z } from 'zod';
import { candidateSchema, connectionSchema } from '../service/contract/connection.js';

/** Since the process started. */
const count = z.number();
/** Time of the monotonic clock, decimal ns. */
const ns = z.string().regex(/^\d+$/);
/** A command that was not done; null when it could not be read that far. */
const refused = z.strictObject({ op: z.string().nullable(), id: z.string().nullable(), reason: z.string() });
/** What a slot of the mixer has on one of its links. */
const signal = z.enum(['empty', 'lost', 'live']);
/** Of one link of a slot. */
const reading = {
	dropped: count,
	lost: count,
	connects: count,
	connected: z.boolean(),
	lastPtsNs: ns.nullable(),
	ageMs: z.number().optional(),
	/** Not exceeded by 99 of 100 buffers of the last 5 to 10 s; absent while unknown. */
	lateMs: z.number().optional(),
};
const slot = z.strictObject({
	slot: z.number(),
	video: z
		.strictObject({
			...reading,
			frames: count,
			repeated: count,
			losses: count,
			/** How long the picture has not changed, and its brightest luma (0–255); absent until first measured. */
			stillMs: z.number().optional(),
			peakLuma: z.number().optional(),
		})
		.optional(),
	audio: z.strictObject({ ...reading, blocks: count, gaps: count, slips: count }).optional(),
});
/** Peak dBFS, [left, right]. */
const peaks = z.tuple([z.number(), z.number()]);

/** How far a peer's connection came. */
const report = {
	localCandidate: candidateSchema.optional(),
	remoteCandidate: candidateSchema.optional(),
	/** Absent when there was nothing to report. */
	connection: connectionSchema.optional(),
};
const peer = z.strictObject({
	id: z.string(),
	state: z.enum(['new', 'connecting', 'connected', 'closed']),
	rttMs: z.number().optional(),
	lossPct: z.number().optional(),
	kbps: z.number(),
	packets: count,
	bytes: count,
	dropped: count,
	/** Guests only: the longest that a packet was held since the last figures. */
	heldMs: z.number().optional(),
	/** Guests only, for the kinds in the offer: nothing has arrived for a while. */
	videoQuiet: z.boolean().optional(),
	audioQuiet: z.boolean().optional(),
});

/** By element and event. Every element that counts posts `stats` about twice a second. */
export const events = {
	r58linksink: {
		stats: z.strictObject({
			buffers: count,
			bytes: count,
			copied: count,
			skipped: count,
			dropped: count,
			overrun: count,
			disconnected: count,
			refused: count,
			readers: z.number(),
			lastPtsNs: ns.nullable(),
		}),
		/** A key frame was written. */
		key: z.strictObject({ ptsNs: ns }),
		refused,
	},
	r58linksrc: {
		stats: z.strictObject({
			buffers: count,
			synthesised: count,
			late: count,
			skipped: count,
			jumped: count,
			lost: count,
			connects: count,
			connected: z.boolean(),
			lastPtsNs: ns.nullable(),
		}),
		/** The writer restarted: nothing between these two was ever written. */
		gap: z.strictObject({ fromPtsNs: ns, toPtsNs: ns }),
		refused,
	},
	r58mixer: {
		/** The first frame that shows what a `program` command asked for, and the last of its transition. */
		applied: z.strictObject({ id: z.string().nullable(), frame: z.number(), ptsNs: ns, endFrame: z.number() }),
		'transition-end': z.strictObject({ id: z.string().nullable(), frame: z.number(), ptsNs: ns }),
		slot: z.strictObject({ slot: z.number(), video: signal, audio: signal }),
		/** 20 times a second, for the slots with sound. */
		levels: z.strictObject({ slots: z.record(z.string(), peaks), master: peaks }),
		stats: z.strictObject({
			/** The brightest luma of the program, 0–255. */
			peakLuma: z.number(),
			frames: count,
			lateFrames: count,
			skippedFrames: count,
			blocks: count,
			lateBlocks: count,
			skippedBlocks: count,
			slots: z.array(slot),
		}),
		refused,
	},
	r58webrtc: {
		/** All candidates are in it. */
		answer: z.strictObject({ id: z.string(), sdp: z.string(), afterMs: z.number() }),
		state: z.strictObject({
			id: z.string(),
			state: z.enum(['connecting', 'connected', 'closed', 'failed']),
			reason: z.string().optional(),
		}),
		connected: z.strictObject({ id: z.string(), afterMs: z.number(), ...report }),
		/** Ended before it was answered. */
		failed: z.strictObject({ id: z.string(), reason: z.string(), ...report }),
		/** Ended after it was answered. */
		gone: z.strictObject({ id: z.string(), reason: z.string(), ...report }),
		/** Not connected after some seconds; may still connect. */
		diagnosis: z.strictObject({ id: z.string(), ...report }),
		stats: z.strictObject({
			peers: z.array(peer),
			packetsIn: count,
			bytesIn: count,
			keyRequests: count,
			joined: count,
			ended: count,
			removals: z.number(),
			refusedRtp: count,
			refusedRtcp: count,
			refusedResends: count,
			refusedKeys: count,
			/** Guests only: what waits for the decoder, and what it was too slow for. */
			videoWaitMs: z.number().optional(),
			videoDropped: count.optional(),
			videoOverlong: count.optional(),
			audioWaitMs: z.number().optional(),
			audioDropped: count.optional(),
			audioOverlong: count.optional(),
			unsent: count.optional(),
		}),
		refused,
	},
	r58drift: {
		stats: z.strictObject({ blocks: count, slips: count, gaps: count, ppm: z.number(), offsetUs: z.number() }),
	},
	r58meter: {
		stats: z.strictObject({
			buffers: count,
			bytes: count,
			stalls: count,
			/** Of pictures, pixels. */
			width: z.number().optional(),
			height: z.number().optional(),
		}),
	},
	r58rtpport: {
		stats: z.strictObject({
			packets: count,
			leftOut: count,
			/** RTP payload type that is taken; −1 before the first packet. */
			payloadType: z.number(),
		}),
	},
	r58testsrc: {
		stats: z.strictObject({
			frames: count,
			skippedFrames: count,
			unpooledFrames: count,
			blocks: count,
			skippedBlocks: count,
			lastPtsNs: ns.nullable(),
			lastAudioPtsNs: ns.nullable(),
		}),
		refused,
	},
	r58v4l2src: {
		signal: z.discriminatedUnion('present', [
			z.strictObject({
				present: z.literal(true),
				width: z.number(),
				height: z.number(),
				/** Frames a second; 0 when the device does not tell. */
				fps: z.number(),
				format: z.string(),
			}),
			z.strictObject({
				present: z.literal(false),
				reason: z.enum(['no-link', 'no-lock', 'out-of-range', 'no-size', 'no-device', 'busy']),
			}),
		]),
		fault: z.strictObject({ code: z.enum(['device', 'busy', 'format', 'stream', 'stalled']), reason: z.string() }),
		device: z.strictObject({
			present: z.boolean(),
			device: z.string().nullable(),
			driver: z.string().nullable(),
			card: z.string().nullable(),
			bus: z.string().nullable(),
		}),
		stats: z.strictObject({
			/** Half seconds, also without a signal. */
			ticks: count,
			frames: count,
			dropped: count,
			errors: count,
			decimated: count,
			restamped: count,
			signal: z.boolean(),
			lastPtsNs: ns.nullable(),
		}),
		refused,
	},
} satisfies Record<string, Record<string, z.ZodType>>;

export type Factory = keyof typeof events;
type EventName<F extends Factory> = keyof (typeof events)[F] & string;
type Shape<F extends Factory, E extends EventName<F>> = (typeof events)[F][E] extends z.ZodType ? (typeof events)[F][E] : never;
export type EventData<F extends Factory, E extends EventName<F>> = z.output<Shape<F, E>>;

/** One event of one element. `factory` and `event` tell what its data is. */
export type ElementEvent = {
	[F in Factory]: {
		[E in EventName<F>]: { factory: F; element: string; event: E; data: EventData<F, E> };
	}[EventName<F>];
}[Factory];
export type StatsEvent = Extract<ElementEvent, { event: 'stats' }>;

/** Checks an event from another process. Throws an Error that says what is wrong with it. */
export function elementEvent(factory: string | undefined, element: string, event: string, data: unknown): ElementEvent {
	const known: Record<string, z.ZodType> =
		factory !== undefined && Object.hasOwn(events, factory) ? events[factory as Factory] : {};
	const shape = Object.hasOwn(known, event) ? known[event]! : undefined;
	if (!shape) throw new Error(`${factory ?? 'this element'} has no event ${event}`);
	const checked = shape.safeParse(data);
	if (!checked.success) throw new Error(z.prettifyError(checked.error));
	return { factory, element, event, data: checked.data } as ElementEvent;
}
