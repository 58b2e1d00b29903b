import type { Route } from '../http/route.js';
import type { Services } from '../services.js';
import { StudioError } from '../util/errors.js';
import { peerRoutes } from './peers.js';

/** WHIP: guests publish, each only as itself. */
export function whipRoutes(services: Services): Route[] {
	return peerRoutes(services, {
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
