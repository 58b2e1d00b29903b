import { z } from 'zod';
import { iceServerSchema } from '../contract/connection.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function iceServerRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/ice-servers',
			role: 'viewer',
			outside: true,
			summary: 'Servers for RTCPeerConnection, with logins that expire. None are needed on a LAN',
			response: z.object({ iceServers: z.array(iceServerSchema) }),
			handler: async () => ({ iceServers: await studio.iceServers() }),
		}),
	];
}
