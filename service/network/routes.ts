import { networkStatusSchema, networkTestSchema } from '../contract/network.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function networkRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/network',
			role: 'operator',
			summary: 'Addresses of this machine, and what its STUN and TURN servers said last',
			response: networkStatusSchema,
			handler: () => studio.networkStatus(),
		}),
		route({
			method: 'POST',
			path: '/api/network/test',
			role: 'technician',
			summary: 'Tries every way in: which work, what a guest outside will experience, what to change. Takes some seconds',
			response: networkTestSchema,
			handler: () => studio.testNetwork(),
		}),
	];
}
