import { z } from 'zod';
import { id } from './values.js';

export const streamerSchema = z.object({
	id,
	viewers: z.number().int(),
	state: z.enum(['starting', 'live', 'fault', 'off']),
	width: z.number().int().nullable(),
	height: z.number().int().nullable(),
	fps: z.number().nullable(),
	kbps: z.number().nullable(),
});
export type Streamer = z.infer<typeof streamerSchema>;
