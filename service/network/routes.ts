import { networkStatusSchema, networkTestSchema } from '../contract/network.js';
import { type Route, route } from '../http/route.js';
import type { Network } from './network.js';

export function networkRoutes(network: Pick<Network, 'status' | 'test'>): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/network',
			role: 'operator',
			summary: 'Addresses of this machine, and the last state of its STUN and TURN servers',
			response: networkStatusSchema,
			handler: () => network.status(),
		}),
		route({
			method: 'POST',
			path: '/api/network/test',
			role: 'technician',
			summary: 'Test every way in: which ones work, what guests outside will experience, and what to change. Takes a few seconds',
			log: () => 'Tested the network',
			response: networkTestSchema,
			handler: () => network.test(),
		}),
	];
}
