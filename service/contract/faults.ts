import { z } from 'zod';

export const faultSchema = z.object({
	code: z.string(),
	subject: z.string(),
	/** In English; the panel makes its own from `code` and `params`. */
	message: z.string(),
	/** Parameters of the words, by code; null when unknown, as in entries of an earlier version. */
	params: z.record(z.string(), z.unknown()).nullable().default(null),
	since: z.string(),
	count: z.number().int(),
	remedy: z.string().nullable(),
});
export type Fault = z.infer<typeof faultSchema>;
/** A fault that has ended. */
export const pastFaultSchema = faultSchema.extend({ until: z.string() });
export type PastFault = z.infer<typeof pastFaultSchema>;
export const faultAcknowledgeSchema = z.strictObject({ code: z.string().max(64), subject: z.string().max(200) });
