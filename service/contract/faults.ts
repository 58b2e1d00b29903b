import { z } from 'zod';

export const faultSchema = z.object({
	code: z.string(),
	subject: z.string(),
	/** In English; the panel makes its own of `code` and `params`. */
	message: z.string(),
	/** What the words are made of, by code; null where they are not known, as of a version before. */
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
