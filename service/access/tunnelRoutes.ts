import { tunnelSchema } from '../contract/network.js';
import { type Route, route } from '../http/route.js';
import type { Tunnel } from './tunnel.js';

/** The outbound tunnel; access.tunnel of the settings switches it. */
export function tunnelRoutes(tunnel: () => Tunnel): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/tunnel',
			role: 'technician',
			summary: 'State of the tunnel, and the public key to let in on the server',
			response: tunnelSchema,
			handler: async () => {
				const { state, lastError } = tunnel();
				return { state, lastError, publicKey: await tunnel().publicKey() };
			},
		}),
	];
}
