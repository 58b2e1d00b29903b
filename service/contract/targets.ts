import { z } from 'zod';
import { host, id, label, port } from './values.js';

const rtpTargetFields = {
	label,
	host,
	videoPort: port.nullable(),
	audioPort: port.nullable(),
	/** False keeps the target without sending. */
	enabled: z.boolean(),
};
export const targetSchema = z.object({
	id,
	kind: z.enum(['rtp']),
	...rtpTargetFields,
	/** live: packets leave. Nobody says whether they arrive. */
	state: z.enum(['off', 'starting', 'live', 'fault']),
	packets: z.number().int(),
	bytes: z.number().int(),
	kbps: z.number().nullable(),
	lastError: z.string().nullable(),
});
export type Target = z.infer<typeof targetSchema>;
export const targetCreateSchema = z.strictObject({
	kind: z.literal('rtp', 'must be rtp'),
	...rtpTargetFields,
	videoPort: rtpTargetFields.videoPort.default(null),
	audioPort: rtpTargetFields.audioPort.default(null),
	enabled: rtpTargetFields.enabled.default(true),
});
export type TargetCreate = z.infer<typeof targetCreateSchema>;
export const targetPatchSchema = z.strictObject(rtpTargetFields).partial();
export type TargetPatch = z.infer<typeof targetPatchSchema>;
