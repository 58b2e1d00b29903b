import { StudioError } from '../errors.js';
import { peerRoutes } from './peers.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

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
		// Each starts a process. A page that is reloaded again and again still gets its seat.
		rate: { client: { burst: 30, perSecond: 3 }, all: { burst: 60, perSecond: 6 } },
		connect: (guest, offer) => services.studio.publish(guest, offer),
	});
}
