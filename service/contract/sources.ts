import { z } from 'zod';
import { kindTraits, type SourceKindName } from './sourceKinds.js';
import { alsaDevice, colour, cropSchema, fitSchema, id, label, port } from './values.js';

export const sourceStates = ['starting', 'live', 'no-signal', 'fault', 'off'] as const;
export const rtpInputSchema = z.object({
	video: z.strictObject({ port, codec: z.enum(['h264', 'vp8']) }).nullable(),
	/** Opus. */
	audio: z.strictObject({ port }).nullable(),
	/** Allowed senders: programs on this machine, or everybody who reaches it. */
	listen: z.enum(['loopback', 'all']),
});
export type RtpInput = z.infer<typeof rtpInputSchema>;
/** What sources of every kind have. */
const common = {
	id,
	label,
	colour,
	/** live: frames advance. no-signal: the process runs but nothing arrives. fault: it is being restarted. */
	state: z.enum(sourceStates),
	slot: z.number().int().optional(),
	video: z.object({ width: z.number().int(), height: z.number().int(), fps: z.number() }).nullable(),
	audio: z.object({ channels: z.number().int(), levelDb: z.number().nullable() }).nullable(),
	/** Sound card used with the picture, one of system.soundCards; null = the source's own sound. */
	alsaDevice: alsaDevice.nullable(),
	/** For picture and sound. */
	delayMs: z.number(),
	/** The delay follows the source's lateness; guests only. */
	delayAuto: z.boolean(),
	crop: cropSchema,
	fit: fitSchema,
	onLoss: z.enum(['hold', 'backup', 'slate']),
	backup: id.nullable(),
	/** Its picture is lost, but the mixer still has the last frame: `onLoss: hold` shows it. */
	held: z.boolean(),
	lastError: z.string().nullable(),
};
const plain = <Kind extends SourceKindName>(kind: Kind) => z.object({ ...common, kind: z.literal(kind) });
export const sourceSchema = z.discriminatedUnion('kind', [
	plain('test'),
	plain('hdmi'),
	plain('guest'),
	plain('desktop'),
	plain('media'),
	plain('black'),
	z.object({
		...common,
		kind: z.literal('rtp'),
		/** Where its packets arrive. */
		rtp: rtpInputSchema,
	}),
]);
export type Source = z.infer<typeof sourceSchema>;
/** A source of one kind. */
export type SourceOf<Kind extends SourceKindName> = Extract<Source, { kind: Kind }>;
const hasStream = ({ video, audio }: Pick<RtpInput, 'video' | 'audio'>) => video !== null || audio !== null;
const noStream = 'needs video, audio or both';
const portsDiffer = ({ video, audio }: Pick<RtpInput, 'video' | 'audio'>) => video?.port !== audio?.port;
const samePort = { path: ['audio', 'port'], error: 'must differ from the port of video' };
const rtpCreateSchema = z
	.strictObject({
		kind: z.literal('rtp'),
		label,
		video: z
			.strictObject({ port, codec: z.enum(['h264', 'vp8']).default('h264') })
			.nullable()
			.default(null),
		audio: rtpInputSchema.shape.audio.default(null),
		listen: rtpInputSchema.shape.listen.default('loopback'),
	})
	.refine(hasStream, noStream)
	.refine(portsDiffer, samePort);
export const sourceCreateSchema = z.discriminatedUnion('kind', [rtpCreateSchema], {
	error: ({ code }) =>
		code === 'invalid_union' ? 'only RTP sources can be created; the others appear by themselves' : undefined,
});
export type SourceCreate = z.infer<typeof sourceCreateSchema>;
export const sourcePatchSchema = z
	.strictObject({
		label,
		colour,
		delayMs: z.number().min(0).max(1000),
		delayAuto: z.boolean(),
		alsaDevice: alsaDevice.nullable(),
		crop: cropSchema,
		fit: fitSchema,
		onLoss: z.enum(['hold', 'backup', 'slate']),
		backup: id.nullable(),
		/** RTP sources only: new ports, codec or senders. */
		rtp: z.strictObject(rtpInputSchema.shape).refine(hasStream, noStream).refine(portsDiffer, samePort),
	})
	.partial();
export type SourcePatch = z.infer<typeof sourcePatchSchema>;
/** The scene to cut to when it is on air; without one the program continues without it. */
export const removeQuerySchema = z.object({ scene: id.optional() });
/** A removed guest or source; the removal can be undone until then. */
export const removedSchema = z.object({
	id,
	label,
	kind: z.enum(Object.keys(kindTraits) as SourceKindName[]),
	until: z.string(),
});
export type Removed = z.infer<typeof removedSchema>;
