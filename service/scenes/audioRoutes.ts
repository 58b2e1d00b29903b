import { z } from 'zod';
import { stripPatchSchema, stripSchema } from '../contract/audio.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf, type Services } from '../services.js';

export function audioRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'PATCH',
			path: '/api/audio/:strip',
			role: 'operator',
			summary: 'Change gain, mute, pan, mode (off, on, afv) or delay of an audio strip: a source id or `master`',
			params: z.object({ strip: idSchema }),
			body: stripPatchSchema,
			response: stripSchema,
			handler: ({ params, body }) => {
				entryOf(studio.state.current.audio, params.strip, 'audio strip');
				return studio.patchStrip(params.strip, body);
			},
		}),
	];
}
