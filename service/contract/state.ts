/** GET /api/state, and the first message of the events socket. Collections are objects by id. */
import { z } from 'zod';
import { stripSchema } from './audio.js';
import { busesSchema } from './buses.js';
import { visitorSchema } from './door.js';
import { encoderSchema } from './encoders.js';
import { faultSchema } from './faults.js';
import { guestSchema } from './guests.js';
import { recordingSchema } from './recordings.js';
import { sceneSchema } from './scenes.js';
import { removedSchema, sourceSchema } from './sources.js';
import { streamerSchema } from './streamers.js';
import { systemSchema } from './system.js';
import { targetSchema } from './targets.js';
import { id } from './values.js';

export const stateSchema = z.object({
	seq: z.number().int(),
	sources: z.record(id, sourceSchema),
	guests: z.record(id, guestSchema),
	/** Visitors at the door. */
	door: z.record(id, visitorSchema),
	/** Removals that can be undone. */
	removed: z.record(id, removedSchema),
	scenes: z.record(id, sceneSchema),
	buses: busesSchema,
	audio: z.record(z.string(), stripSchema),
	overlays: z.record(id, z.unknown()),
	recordings: z.record(id, recordingSchema),
	targets: z.record(id, targetSchema),
	streamers: z.record(id, streamerSchema),
	encoders: z.record(id, encoderSchema),
	faults: z.array(faultSchema),
	system: systemSchema,
});
export type State = z.infer<typeof stateSchema>;
