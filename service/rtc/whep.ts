import { mayWatch } from '../http/caller.js';
import type { Route } from '../http/route.js';
import { StudioError } from '../util/errors.js';
import { type PeerParts, peerRoutes } from './peers.js';

/** WHEP: viewers watch the streamers of their token, guests only their own return. */
export function whepRoutes(parts: PeerParts): Route[] {
	return peerRoutes(parts, {
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
