import { z } from 'zod';
import { id, ns } from './values.js';

export const transitionKinds = ['cut', 'mix', 'dip', 'wipe'] as const;
export const busesSchema = z.object({
	preview: id.nullable(),
	program: id.nullable(),
	transition: z
		.object({
			kind: z.enum(transitionKinds),
			durationMs: z.number(),
			frames: z.number().int(),
			startFrame: z.number().int(),
			endFrame: z.number().int(),
		})
		.nullable(),
});
export type Buses = z.infer<typeof busesSchema>;
export const previewPutSchema = z.strictObject({ scene: id });
export const cutSchema = z.strictObject({ scene: id });
/** The source to take off program. */
export const withoutSchema = z.strictObject({ source: id });
export const takeSchema = z.strictObject({
	kind: z.enum(transitionKinds).default('cut'),
	durationMs: z.number().int().min(0).max(10_000).default(500),
});
export type Take = z.infer<typeof takeSchema>;
/** What take, cut and preview answer: the buses after it, and the first program frame that shows it. `frame` is the
 * number of the frame on the machine's grid (k·den/num from monotonic 0), `ptsNs` its time. */
export const appliedSchema = z.object({
	preview: id.nullable(),
	program: id.nullable(),
	transition: busesSchema.shape.transition,
	frame: z.number().int(),
	ptsNs: ns,
});
export type Applied = z.infer<typeof appliedSchema>;
