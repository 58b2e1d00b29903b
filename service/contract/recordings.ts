import { z } from 'zod';
import { id, label, ns } from './values.js';

export const recordingFileSchema = z.object({
	name: z.string(),
	/** log: the show log of that time; it has no picture, and part 0. */
	role: z.enum(['program', 'iso', 'log']),
	source: id.nullable(),
	part: z.number().int(),
	bytes: z.number().int(),
	width: z.number().int(),
	height: z.number().int(),
	fps: z.number(),
	codec: z.string(),
	/** The range of the program in it, from startPtsNs up to but excluding endPtsNs; the next part continues there.
	 * Null while nothing complete is in the file, and for files of older versions. */
	startPtsNs: ns.nullable(),
	endPtsNs: ns.nullable(),
});
export const recordingSchema = z.object({
	id,
	name: z.string(),
	state: z.enum(['starting', 'recording', 'stopping', 'finished', 'fault']),
	startedAt: z.string(),
	startFrame: z.number().int().nullable(),
	startPtsNs: ns.nullable(),
	durationMs: z.number(),
	files: z.array(recordingFileSchema),
	lastError: z.string().nullable(),
});
export type Recording = z.infer<typeof recordingSchema>;
export const recordingCreateSchema = z.strictObject({
	name: label.optional(),
	iso: z.array(id).max(12).optional(),
	/** Pre-roll in seconds, as far as the encoder's memory reaches. */
	prerollS: z.number().min(0).max(10).default(0),
});
export type RecordingCreate = z.input<typeof recordingCreateSchema>;
