import { tunnelSchema } from '../contract/network.js';
import { type Route, route } from '../http/route.js';
import type { Tunnel } from './tunnel.js';

/** The outbound tunnel; the setting access.tunnel turns it on. */
export function tunnelRoutes(tunnel: () => Tunnel): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/tunnel',
			role: 'technician',
			summary: 'State of the tunnel, and the public key for the server',
			response: tunnelSchema,
			handler: async () => {
				const { state, lastError } = tunnel();
				return { state, lastError, publicKey: await tunnel().publicKey() };
			},
		}),
	];
}
