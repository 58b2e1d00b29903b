import { reachSchema } from '../contract/network.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { Settings } from '../settings/settings.js';
import { lanAddresses, urlHost } from '../util/addresses.js';
import { mediaOutside } from './reach.js';

/** For the join page: what to expect before joining. */
export function reachRoutes(settings: Settings, httpsPort: () => number): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/reach',
			role: 'guest',
			outside: true,
			summary: 'Whether media can reach this guest, and the studio’s addresses on its own network',
			response: reachSchema,
			handler: ({ context }) => {
				const addresses = lanAddresses();
				const via = clientOf(context.req).public ? 'public' : 'lan';
				return {
					via,
					media: via === 'lan' ? 'yes' : mediaOutside(settings.current.network, addresses),
					lanUrls: addresses.map((address) => `https://${urlHost(address)}:${httpsPort()}`).slice(0, 4),
				};
			},
		}),
	];
}
