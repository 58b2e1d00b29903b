import { z } from 'zod';
import { stripPatchSchema, stripSchema } from '../contract/audio.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import type { Switcher } from './switcher.js';

export function audioRoutes({ scenes, state }: { scenes: Pick<Switcher, 'patchStrip'>; state: LiveState }): Route[] {
	return [
		route({
			method: 'PATCH',
			path: '/api/audio/:strip',
			role: 'operator',
			summary: 'Change gain, mute, pan, mode (off, on, afv) or delay of an audio strip: a source id or `master`',
			log: null,
			params: z.object({ strip: idSchema }),
			body: stripPatchSchema,
			response: stripSchema,
			handler: ({ params, body }) => {
				entryOf(state.current.audio, params.strip, 'audio strip');
				return scenes.patchStrip(params.strip, body);
			},
		}),
	];
}
