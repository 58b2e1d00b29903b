import { StudioError } from '../errors.js';
import type { Studio } from '../studio.js';
import { type Caller, hasRole } from './auth.js';
import { rateKey } from './rates.js';
import { roles } from './schema.js';

/** Offers of one client that were answered and whose connection is not made yet: an abandoned one counts for 15 s. */
const maxPending = 20;

interface Owner extends Pick<Caller, 'token' | 'role'> {
	client: string;
}

/** Remembers which token made which session: only it, or someone of a higher role, may change or end it. */
export class PeerOwners {
	#owners = new Map<string, Owner>();
	#studio: Studio;

	constructor(studio: Studio) {
		this.#studio = studio;
	}

	/** Throws `rate-limited` when this client has begun too many sessions that are not connected. */
	checkPending(caller: Caller, address: string | undefined): void {
		const client = rateKey(caller, address);
		let pending = 0;
		for (const [session, owner] of this.#owners) {
			if (this.#studio.sessionSubject(session) === null) this.#owners.delete(session);
			else if (owner.client === client && this.#studio.sessionPending(session)) pending += 1;
		}
		if (pending >= maxPending)
			throw new StudioError('rate-limited', `${pending} connections of yours are not made yet; wait for them`, undefined, 2);
	}

	add(session: string, caller: Caller, address: string | undefined): void {
		this.#owners.set(session, { token: caller.token, role: caller.role, client: rateKey(caller, address) });
	}

	/** Throws `not-found` unless it is a live session of this subject, `forbidden` when it is someone else's. */
	check(session: string, subject: string, caller: Caller): void {
		const owner = this.#owners.get(session);
		if (!owner || this.#studio.sessionSubject(session) !== subject) {
			throw new StudioError('not-found', 'there is no such session (any more)');
		}
		const higher = hasRole(caller, 'operator') && roles.indexOf(caller.role) > roles.indexOf(owner.role);
		if (owner.token !== caller.token && !higher) throw new StudioError('forbidden', 'this session was made with another token');
	}
}
