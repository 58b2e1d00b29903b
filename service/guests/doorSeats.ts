import type { Guest } from '../contract/guests.js';
import type { Settings } from '../settings/settings.js';
import type { LiveState } from '../state/state.js';
import type { DeviceKey } from '../store/deviceKey.js';
import type { Store } from '../store/store.js';
import type { Log } from '../util/log.js';
import { Door } from './door.js';
import { DoorPasses } from './doorPasses.js';

/** A page that was let in opens its seat within seconds. */
const seatTokenS = 600;

export interface DoorSeatsOptions {
	state: LiveState;
	store: Pick<Store, 'tokens'>;
	settings: Pick<Settings, 'current'>;
	guests: { create(name: string): Guest; remove(id: string): Promise<unknown> };
	/** Until there is a technician, nobody could open the door. */
	setUp: () => boolean;
	/** Passes are sealed with it. */
	key: DeviceKey;
	log: Log;
}

/** Connects the door to the guests' seats: whoever is let in gets a seat, and a token to fetch soon. */
export function doorToSeats({ state, store, settings, guests, setUp, key, log }: DoorSeatsOptions): Door {
	return new Door({
		passes: new DoorPasses(key),
		state,
		open: () => settings.current.access.door && setUp(),
		seat: (name) => {
			const { id } = guests.create(name);
			const { token } = store.tokens.create({ label: `Guest ${name}`, role: 'guest', guest: id, expiresInS: seatTokenS });
			return { guest: id, token };
		},
		unseat: (guest) => {
			store.tokens.removeOfGuest(guest);
			if (!Object.hasOwn(state.current.guests, guest)) return;
			// Nobody asked for it: a mixer that does not answer just then must not end the service.
			guests.remove(guest).catch((error: unknown) => log.error({ err: error, guest }, 'cannot free an unused seat'));
		},
	});
}
