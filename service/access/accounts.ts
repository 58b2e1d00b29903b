import type { Store } from '../store/store.js';
import type { Auth } from './auth.js';
import type { Lockout } from './lockout.js';
import type { LoginCodes } from './loginCodes.js';
import type { Passwords } from './passwords.js';
import type { Setup } from './setup.js';

/** What the routes of accounts, sessions and set-up need. */
export interface Accounts {
	store: Store;
	auth: Auth;
	passwords: Passwords;
	lockout: Lockout;
	loginCodes: LoginCodes;
	setup: Pick<Setup, 'first' | 'open' | 'check' | 'done'>;
}
