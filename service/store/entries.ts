/**
 * What a database entry must look like to be used. A start and a restore use the same schemas, entry by entry: one that does not
 * fit is skipped and stays in the database.
 */
import { z } from 'zod';
import type { EntryKind } from '../contract/entryKinds.js';
import { guestSchema } from '../contract/guests.js';
import { isSourceScene } from '../contract/layouts.js';
import { recordingFileSchema, recordingSchema } from '../contract/recordings.js';
import { type SceneContent, sceneSchema } from '../contract/scenes.js';
import { rtpInputSchema } from '../contract/sources.js';
import { rtpTargetCreateSchema } from '../contract/targets.js';
import { idSchema } from '../contract/values.js';
import { validate } from '../util/validation.js';

const idOf = (prefix: string) => idSchema.refine((id) => id.startsWith(`${prefix}-`), `must start with ${prefix}-`);

export const storedGuestSchema = z.object({ id: idOf('guest'), name: guestSchema.shape.name, createdAt: z.iso.datetime() });
export const storedSceneSchema = sceneSchema.omit({ version: true }).extend({
	id: idSchema.refine((id) => !isSourceScene(id), 'belongs to a source'),
}) satisfies z.ZodType<SceneContent>;
export const storedRtpSourceSchema = z.object({ id: idOf('rtp'), label: guestSchema.shape.name, rtp: rtpInputSchema });
export const storedTargetSchema = z.discriminatedUnion('kind', [
	z.object({ id: idOf('target'), ...rtpTargetCreateSchema.shape }),
]);
/** Earlier versions did not store the times of parts. */
export const storedRecordingSchema = recordingSchema.extend({
	id: idSchema,
	startedAt: z.iso.datetime(),
	files: z.array(
		recordingFileSchema.extend({
			startPtsNs: recordingFileSchema.shape.startPtsNs.default(null),
			endPtsNs: recordingFileSchema.shape.endPtsNs.default(null),
		}),
	),
});

/** Throws with what is wrong; `text` is JSON. */
export function parsed<T extends z.ZodType>(schema: T, text: string, what: string): z.infer<T> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new Error(`${what} is not JSON`);
	}
	return validate(schema, value, what);
}

/** Collections of the table `documents`. */
export const collections = {
	'rtp-sources': { kind: 'RTP sources', schema: storedRtpSourceSchema },
	targets: { kind: 'targets', schema: storedTargetSchema },
} as const satisfies Record<string, { kind: EntryKind; schema: z.ZodType }>;
