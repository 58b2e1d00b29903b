import { z } from 'zod';
import { id } from './values.js';

export const encoderSchema = z.object({
	id,
	element: z.string(),
	hardware: z.boolean(),
	codec: z.string(),
	asked: z.object({ width: z.number(), height: z.number(), fps: z.number(), kbps: z.number() }),
	measured: z.object({ width: z.number(), height: z.number(), fps: z.number(), kbps: z.number() }).nullable(),
});
export type Encoder = z.infer<typeof encoderSchema>;
