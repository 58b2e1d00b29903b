import { z } from 'zod';

export const audioModes = ['off', 'on', 'afv'] as const;
export const stripSchema = z.object({
	gainDb: z.number(),
	mute: z.boolean(),
	pan: z.number(),
	mode: z.enum(audioModes),
	delayMs: z.number(),
});
export type Strip = z.infer<typeof stripSchema>;
export const stripPatchSchema = z
	.strictObject({
		gainDb: z.number().min(-60).max(12),
		mute: z.boolean(),
		pan: z.number().min(-1).max(1),
		mode: z.enum(audioModes),
		delayMs: z.number().min(0).max(500),
	})
	.partial();
export type StripPatch = z.infer<typeof stripPatchSchema>;
