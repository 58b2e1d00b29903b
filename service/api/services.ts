import type { Lockout } from '../accounts/lockout.js';
import type { LoginCodes } from '../accounts/loginCodes.js';
import type { Passwords } from '../accounts/passwords.js';
import type { Setup } from '../accounts/setup.js';
import type { Tables } from '../boundedMap.js';
import type { Door } from '../door.js';
import { StudioError } from '../errors.js';
import type { Settings } from '../settings/settings.js';
import type { ShowLog } from '../showLog/showLog.js';
import type { Store } from '../store/store.js';
import type { Studio } from '../studio.js';
import type { Certificates } from '../system/certificates.js';
import type { Log } from '../system/log.js';
import type { Auth } from './auth.js';
import type { Gate } from './gate.js';
import type { PeerSessions } from './peerSessions.js';

/** What handlers of routes work with. */
export interface Services {
	studio: Studio;
	store: Store;
	settings: Settings;
	certificates: Certificates;
	door: Door;
	auth: Auth;
	peers: PeerSessions;
	gate: Gate;
	showLog: ShowLog;
	passwords: Passwords;
	lockout: Lockout;
	loginCodes: LoginCodes;
	setup: Pick<Setup, 'first' | 'open' | 'check' | 'done'>;
	log: Log;
	/** Of each owner, what it keeps that clients can make more of. */
	tables: (() => Tables)[];
}

/** One entry of a collection of the state, or StudioError `not-found`. */
export function entryOf<T>(collection: Record<string, T>, id: string, noun: string): T {
	// Not by plain access: every object has a "constructor".
	if (!Object.hasOwn(collection, id)) throw new StudioError('not-found', `there is no ${noun} "${id}"`);
	return collection[id]!;
}
