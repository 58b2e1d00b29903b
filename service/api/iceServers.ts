import { z } from 'zod';
import { type Route, route } from './route.js';

const iceServersSchema = z.object({
	iceServers: z.array(
		z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
	),
});

export function iceServerRoutes(): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/ice-servers',
			role: 'viewer',
			summary: 'Servers for RTCPeerConnection. None on a LAN: the addresses of the studio itself are enough',
			response: iceServersSchema,
			handler: () => ({ iceServers: [] }),
		}),
	];
}
