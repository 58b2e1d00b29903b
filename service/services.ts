import type { Auth } from './access/auth.js';
import type { Certificates } from './access/certificates.js';
import type { Lockout } from './access/lockout.js';
import type { LoginCodes } from './access/loginCodes.js';
import type { Passwords } from './access/passwords.js';
import type { Setup } from './access/setup.js';
import type { Door } from './guests/door.js';
import type { Gate } from './http/gate.js';
import type { PeerSessions } from './rtc/peerSessions.js';
import type { Settings } from './settings/settings.js';
import type { ShowLog } from './showLog/showLog.js';
import type { Store } from './store/store.js';
import type { Studio } from './studio.js';
import type { Tables } from './util/boundedMap.js';
import { StudioError } from './util/errors.js';
import type { Log } from './util/log.js';

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
