import { z } from 'zod';
import { host, id, label, port } from './values.js';

/** Settings of every kind of target. */
const common = {
	label,
	/** False keeps the target but does not send. */
	enabled: z.boolean(),
};
/** Where RTP goes. */
const rtp = {
	host,
	videoPort: port.nullable(),
	audioPort: port.nullable(),
};
/** State of every kind of target. */
const progress = {
	/** live: packets leave; whether they arrive is unknown. */
	state: z.enum(['off', 'starting', 'live', 'fault']),
	packets: z.number().int(),
	bytes: z.number().int(),
	kbps: z.number().nullable(),
	lastError: z.string().nullable(),
};
export const targetSchema = z.discriminatedUnion('kind', [
	z.object({ id, kind: z.literal('rtp'), ...common, ...rtp, ...progress }),
]);
export type Target = z.infer<typeof targetSchema>;
/** A target of one kind. */
export type TargetOf<Kind extends Target['kind']> = Extract<Target, { kind: Kind }>;
/** The settings of a target without its state. */
export type TargetChoice = Chosen<Target>;
type Chosen<Own> = Own extends Target ? Omit<Own, keyof typeof progress> : never;

export const rtpTargetCreateSchema = z.strictObject({
	kind: z.literal('rtp'),
	...common,
	...rtp,
	videoPort: rtp.videoPort.default(null),
	audioPort: rtp.audioPort.default(null),
	enabled: common.enabled.default(true),
});
export const targetCreateSchema = z.discriminatedUnion('kind', [rtpTargetCreateSchema], {
	error: ({ code }) => (code === 'invalid_union' ? 'must be rtp' : undefined),
});
export type TargetCreate = z.infer<typeof targetCreateSchema>;
export const targetPatchSchema = z.strictObject({ ...common, ...rtp }).partial();
export type TargetPatch = z.infer<typeof targetPatchSchema>;
