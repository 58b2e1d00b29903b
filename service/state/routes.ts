import { stateSchema } from '../contract/state.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function stateRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/state',
			role: 'operator',
			summary: 'The whole state of the show; its changes come over the WebSocket /api/events',
			response: stateSchema,
			handler: () => studio.state.snapshot(),
		}),
	];
}
