import { z } from 'zod';
import { streamerSchema } from '../contract/streamers.js';
import { mayWatch } from '../http/caller.js';
import { type Route, route } from '../http/route.js';
import type { LiveState } from '../state/state.js';

export function streamerRoutes(state: LiveState): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/streamers',
			role: 'viewer',
			summary: 'What can be watched over /whep; limited tokens see only what they may watch',
			response: z.array(streamerSchema),
			handler: ({ caller }) => Object.values(state.current.streamers).filter(({ id }) => mayWatch(caller!, id)),
		}),
	];
}
