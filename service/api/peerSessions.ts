import type { Context } from 'koa';
import { StudioError } from '../errors.js';
import type { PeerAnswer, Studio } from '../studio.js';
import type { Log } from '../system/log.js';
import { type Caller, hasRole } from './auth.js';
import { RateLimit, rateKey } from './rates.js';
import { roles } from './schema.js';

/** Offers of one client that were answered and whose connection is not made yet: an abandoned one counts for 15 s. */
const maxPending = 20;

/** How often sessions are made, by one client and by all. */
const joinRates = {
	// Each starts a process. A page that is reloaded again and again still gets its seat.
	guest: { client: { burst: 30, perSecond: 3 }, all: { burst: 60, perSecond: 6 } },
	// A hall of viewers behind one address comes back at once after a restart.
	streamer: { client: { burst: 120, perSecond: 20 }, all: { burst: 240, perSecond: 40 } },
};
export type PeerNoun = keyof typeof joinRates;

interface Owner extends Pick<Caller, 'token' | 'role'> {
	client: string;
}

/**
 * Sessions of guests and viewers, however they are signalled (WHIP, WHEP, polling): one limit, one life. Which token made a
 * session is remembered: only it, or someone of a higher role, may change or end it.
 */
export class PeerSessions {
	#owners = new Map<string, Owner>();
	#joins = {
		guest: new RateLimit(joinRates.guest.client, joinRates.guest.all),
		streamer: new RateLimit(joinRates.streamer.client, joinRates.streamer.all),
	};

	constructor(
		private readonly studio: Studio,
		private readonly log: Log,
	) {}

	/** Throws `unauthorized`, `rate-limited` and `busy` for who may make no session now. */
	check(noun: PeerNoun, caller: Caller, context: Context): void {
		if (caller.revoked) throw new StudioError('unauthorized', 'this link was revoked: nobody joins with it any more');
		const client = rateKey(caller, context.req);
		this.#joins[noun].check(client);
		let pending = 0;
		for (const [session, owner] of this.#owners) {
			if (!this.#lives(session)) this.#owners.delete(session);
			else if (owner.client === client && this.studio.sessionPending(session)) pending += 1;
		}
		if (pending >= maxPending)
			throw new StudioError('rate-limited', `${pending} connections of yours are not made yet; wait for them`, undefined, 2);
	}

	/** The answer to an offer of who was checked. Null when nobody is left to use the session, or to end it: it has ended. */
	async open(noun: PeerNoun, subject: string, offer: string, caller: Caller, context: Context): Promise<PeerAnswer | null> {
		const made = await (noun === 'guest' ? this.studio.publish(subject, offer) : this.studio.watch(subject, offer));
		this.#owners.set(made.session, {
			token: caller.token,
			role: caller.role,
			client: rateKey(caller, context.req),
		});
		if (!context.req.socket.destroyed) return made;
		await this.end(made.session);
		this.log.info({ subject }, 'the client left before the answer');
		return null;
	}

	/** Idempotent. */
	async end(session: string): Promise<void> {
		if (this.#lives(session)) await this.studio.closeSession(session);
	}

	/** Throws `not-found` unless it is a live session of this subject, `forbidden` when it is someone else's. */
	checkOwner(session: string, subject: string, caller: Caller): void {
		const owner = this.#owners.get(session);
		if (!owner || this.studio.sessionSubject(session) !== subject) {
			throw new StudioError('not-found', 'there is no such session (any more)');
		}
		const higher = hasRole(caller, 'operator') && roles.indexOf(caller.role) > roles.indexOf(owner.role);
		if (owner.token !== caller.token && !higher) throw new StudioError('forbidden', 'this session was made with another token');
	}

	/** Whether a session that was made with this token lives. */
	holds(token: string): boolean {
		return [...this.#owners].some(([session, owner]) => owner.token === token && this.#lives(session));
	}

	#lives(session: string): boolean {
		return this.studio.sessionSubject(session) !== null;
	}
}
