import type { Route } from '../http/route.js';
import { StudioError } from '../util/errors.js';
import { type PeerParts, peerRoutes } from './peers.js';

/** WHIP: guests publish, each only as themselves. */
export function whipRoutes(parts: PeerParts): Route[] {
	return peerRoutes(parts, {
		name: 'whip',
		noun: 'guest',
		role: 'guest',
		allow: (caller, guest) => {
			if (caller.guest !== null && caller.guest !== guest) {
				throw new StudioError('forbidden', `this token is for /whip/${caller.guest}`);
			}
		},
	});
}
