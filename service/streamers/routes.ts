import { z } from 'zod';
import { mayWatch } from '../access/auth.js';
import { streamerSchema } from '../contract/streamers.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function streamerRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/streamers',
			role: 'viewer',
			summary: 'What can be watched over /whep; those with limited tokens see what they may watch',
			response: z.array(streamerSchema),
			handler: ({ caller }) => Object.values(studio.state.current.streamers).filter(({ id }) => mayWatch(caller!, id)),
		}),
	];
}
