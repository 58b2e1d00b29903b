import { z } from 'zod';
import { kindTraits, type SourceKindName } from './sourceKinds.js';
import { alsaDevice, colour, cropSchema, fitSchema, id, label, port } from './values.js';

export const sourceStates = ['starting', 'live', 'no-signal', 'fault', 'off'] as const;
export const rtpInputSchema = z.object({
	video: z.strictObject({ port, codec: z.enum(['h264', 'vp8']) }).nullable(),
	/** Opus. */
	audio: z.strictObject({ port }).nullable(),
	/** Who may send: programs on this machine, or all who reach it. */
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
	/** Sound card whose sound goes with the picture, one of system.soundCards; null = what the source itself brings. */
	alsaDevice: alsaDevice.nullable(),
	/** Of picture and sound alike. */
	delayMs: z.number(),
	/** The delay follows how late the source comes; guests alone. */
	delayAuto: z.boolean(),
	crop: cropSchema,
	fit: fitSchema,
	onLoss: z.enum(['hold', 'backup', 'slate']),
	backup: id.nullable(),
	/** Its picture is lost, and the mixer still has the last one: `onLoss: hold` shows it. */
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
		/** Where its packets are taken. */
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
		code === 'invalid_union' ? 'only sources of kind rtp are made; the others come by themselves' : undefined,
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
		/** Of kind rtp alone: other ports, codec or senders. */
		rtp: z.strictObject(rtpInputSchema.shape).refine(hasStream, noStream).refine(portsDiffer, samePort),
	})
	.partial();
export type SourcePatch = z.infer<typeof sourcePatchSchema>;
/** Where the program goes when what is removed is on air; left out, it goes on without it. */
export const removeQuerySchema = z.object({ scene: id.optional() });
/** A guest or source that was removed; until then it can be had back. */
export const removedSchema = z.object({
	id,
	label,
	kind: z.enum(Object.keys(kindTraits) as SourceKindName[]),
	until: z.string(),
});
export type Removed = z.infer<typeof removedSchema>;
