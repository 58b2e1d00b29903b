import { stateSchema } from '../contract/state.js';
import { type Route, route } from '../http/route.js';
import type { LiveState } from './state.js';

export function stateRoutes(state: LiveState): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/state',
			role: 'operator',
			summary: 'The whole state of the show; its changes come over the WebSocket /api/events',
			response: stateSchema,
			handler: () => state.snapshot(),
		}),
	];
}
