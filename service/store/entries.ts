/**
 * What a database entry must look like to be used. A start and a restore use the same schemas, entry by entry: one that does not
 * fit is skipped and stays in the database.
 */
import { z } from 'zod';
import { guestSchema } from '../contract/guests.js';
import { plainText } from '../contract/humanText.js';
import { isSourceScene } from '../contract/layouts.js';
import { recordingFileSchema, recordingSchema } from '../contract/recordings.js';
import { roles } from '../contract/roles.js';
import { type SceneContent, sceneSchema } from '../contract/scenes.js';
import { rtpInputSchema } from '../contract/sources.js';
import { rtpTargetCreateSchema } from '../contract/targets.js';
import { idSchema } from '../contract/values.js';
import { validate } from '../util/validation.js';
import type { EntryKind } from './leftOut.js';

const idOf = (prefix: string) => idSchema.refine((id) => id.startsWith(`${prefix}-`), `must start with ${prefix}-`);

export const storedGuestSchema = z.object({ id: idOf('guest'), name: guestSchema.shape.name, createdAt: z.iso.datetime() });
export const storedSceneSchema = sceneSchema.omit({ version: true }).extend({
	id: idSchema.refine((id) => !isSourceScene(id), 'belongs to a source'),
}) satisfies z.ZodType<SceneContent>;
export const storedRtpSourceSchema = z.object({ id: idOf('rtp'), label: guestSchema.shape.name, rtp: rtpInputSchema });
export const storedTargetSchema = z.discriminatedUnion('kind', [
	z.object({ id: idOf('target'), ...rtpTargetCreateSchema.shape }),
]);
/** Versions before this one knew no times of parts. */
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

const text = z.string();
/** Rows are kept as they are. */
const plain = text.refine((value) => value === plainText(value), 'contains invisible characters');
const row = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape);
const documentSchemas: Record<string, { kind: EntryKind; schema: z.ZodType }> = {
	'rtp-sources': { kind: 'RTP sources', schema: storedRtpSourceSchema },
	targets: { kind: 'targets', schema: storedTargetSchema },
};

/** For each table of a backup: what its rows are, and a check that throws with what is wrong. */
export const rowChecks: Record<string, { kind: (row: Record<string, unknown>) => EntryKind; check: (row: unknown) => void }> = {
	guests: {
		kind: () => 'guests',
		check: (found) => {
			const { id, name, created_at } = validate(row({ id: text, name: text, created_at: text }), found, 'row');
			validate(storedGuestSchema, { id, name, createdAt: created_at }, 'guest');
		},
	},
	scenes: {
		kind: () => 'scenes',
		check: (found) => {
			const { id, label, layers } = validate(row({ id: text, label: text, layers: text }), found, 'row');
			parsed(storedSceneSchema.shape.layers, layers, 'layers');
			validate(storedSceneSchema.omit({ layers: true }), { id, label }, 'scene');
		},
	},
	settings: {
		kind: () => 'settings',
		check: (found) => {
			const { value } = validate(row({ key: text, value: text }), found, 'row');
			parsed(z.unknown(), value, 'value');
		},
	},
	documents: {
		kind: ({ collection }) => documentSchemas[String(collection)]?.kind ?? 'settings',
		check: (found) => {
			const shape = row({ collection: z.enum(Object.keys(documentSchemas)), id: text, document: text });
			const { collection, id, document } = validate(shape, found, 'row');
			const { id: own } = parsed(z.looseObject({ id: text }), document, 'document');
			if (own !== id) throw new Error('id: differs from the id of its document');
			parsed(documentSchemas[collection]!.schema, document, 'document');
		},
	},
	tokens: {
		kind: () => 'tokens',
		check: (found) => {
			const shape = row({ id: text, label: plain, role: z.enum(roles), streamers: text.nullish(), hash: z.unknown() });
			const { streamers } = validate(shape, found, 'row');
			if (streamers != null) parsed(z.array(text), streamers, 'streamers');
		},
	},
	users: {
		kind: () => 'accounts',
		check: (found) => {
			validate(row({ id: text, name: plain, role: z.enum(roles), password: text }), found, 'row');
		},
	},
};
