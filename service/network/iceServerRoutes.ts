import { z } from 'zod';
import { iceServerSchema } from '../contract/connection.js';
import { type Route, route } from '../http/route.js';
import type { Network } from './network.js';

export function iceServerRoutes(network: Pick<Network, 'iceServers'>): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/ice-servers',
			role: 'viewer',
			outside: true,
			summary: 'ICE servers for RTCPeerConnection, with temporary logins. Not needed on a LAN',
			response: z.object({ iceServers: z.array(iceServerSchema) }),
			handler: async () => ({ iceServers: await network.iceServers() }),
		}),
	];
}
