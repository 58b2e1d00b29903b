import { mayWatch } from '../access/auth.js';
import type { Route } from '../http/route.js';
import type { Services } from '../services.js';
import { StudioError } from '../util/errors.js';
import { peerRoutes } from './peers.js';

/** WHEP: viewers watch the streamers of their token, guests their own return. */
export function whepRoutes(services: Services): Route[] {
	return peerRoutes(services, {
		name: 'whep',
		noun: 'streamer',
		role: 'viewer',
		allow: (caller, streamer) => {
			if (!mayWatch(caller, streamer)) {
				throw new StudioError('forbidden', `this token is for ${caller.streamers!.map((id) => `/whep/${id}`).join(', ')}`);
			}
		},
	});
}
