import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { roles } from '../contract/roles.js';
import { type Caller, hasRole } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { Buckets, RateLimit, rateKey } from '../http/rates.js';
import type { PeerWay } from '../network/peerWay.js';
import type { Settings } from '../settings/settings.js';
import { isLoopbackAddress, plainAddress } from '../util/addresses.js';
import type { Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import type { PeerMedia } from './media.js';
import { checkReturn, checkViewer, isReturn, returnsOfGuest, type Watcher } from './places.js';
import type { PeerAnswer } from './sessions.js';

/**
 * Pending connections (answered, not connected yet), per client and per link; an abandoned one counts for seconds.
 */
const maxPending = { client: 20, link: 24 };

/** How often sessions may be made: per client, per link, and in total per kind. */
const joinRates = {
	// Each starts a process. A page that is reloaded repeatedly still gets its seat.
	guest: { client: { burst: 30, perSecond: 3 }, link: { burst: 40, perSecond: 4 }, all: { burst: 60, perSecond: 6 } },
	// A hall of viewers behind one address comes back at once after a restart.
	streamer: { client: { burst: 120, perSecond: 20 }, link: { burst: 200, perSecond: 30 }, all: { burst: 240, perSecond: 40 } },
};
export type PeerNoun = keyof typeof joinRates;
/** A rejected offer still cost the work: it counts as this many. */
const refusedCost = 4;

/** Reasons for rejection, for the metrics. */
export type PeerRefusal = 'rate' | 'pending' | 'place' | 'offer';

interface Owner extends Pick<Caller, 'token' | 'role'> {
	noun: PeerNoun;
	subject: string;
	client: string;
}

/** Viewers must not use up what guests and staff need. */
type Group = 'viewers' | 'crew';
const groupOf = ({ role }: Pick<Caller, 'role'>): Group => (role === 'viewer' ? 'viewers' : 'crew');

/**
 * Sessions of guests and viewers, whatever the signalling (WHIP, WHEP, polling): one limit, one life. Only the token that made a
 * session, or a higher role, may change or end it.
 */
export class PeerSessions {
	/** Rejected, by reason. */
	readonly refused: Record<PeerRefusal, number> = { rate: 0, pending: 0, place: 0, offer: 0 };
	#owners = new Map<string, Owner>();
	/** Offers being answered: each has its place already. */
	#opening = new Set<Owner>();
	#joins = { guest: joinsOf('guest'), streamer: joinsOf('streamer') };

	constructor(
		private readonly media: PeerMedia,
		private readonly settings: Settings,
		private readonly log: Log,
	) {}

	get tables(): Tables {
		const ofJoins = Object.entries(this.#joins).flatMap(([noun, { clients, links }]) => [
			[`${noun} join rates of viewers`, clients.viewers.table],
			[`${noun} join rates of crew`, clients.crew.table],
			[`${noun} join rates of links`, links.table],
		]);
		return Object.fromEntries(ofJoins);
	}

	/** Throws `rate-limited` or `busy` when the caller may not make a session now. */
	check(noun: PeerNoun, caller: Caller, context: Context): void {
		const { clients, links } = this.#joins[noun];
		const client = rateKey(caller, context.req);
		this.#counted('rate', () => {
			// Before the total limit: one link alone must not use that up.
			const waitS = hasRole(caller, 'operator') ? 0 : links.take(caller.token, performance.now());
			if (waitS > 0)
				throw new StudioError('rate-limited', 'too many people are joining with this link; wait a moment', undefined, waitS);
			clients[groupOf(caller)].check(client);
		});
		const pending = this.#pending();
		const mine = pending.filter((owner) => owner.client === client).length;
		const ofLink = pending.filter(({ token }) => token === caller.token).length;
		this.#counted('pending', () => {
			if (mine >= maxPending.client || (ofLink >= maxPending.link && !hasRole(caller, 'operator')))
				throw new StudioError(
					'rate-limited',
					`${ofLink} of your connections are still being set up; wait for them`,
					undefined,
					2,
				);
		});
	}

	/** The answer to an offer of an authorised caller. Null when the client has left meanwhile: the session has ended. */
	async open(noun: PeerNoun, subject: string, offer: string, caller: Caller, context: Context): Promise<PeerAnswer | null> {
		const { token, role } = caller;
		const client = rateKey(caller, context.req);
		const owner: Owner = { noun, subject, token, role, client };
		const replaced = this.#counted('place', () => this.#place(owner));
		this.#opening.add(owner);
		try {
			if (!offer.startsWith('v=0')) throw new StudioError('bad-sdp', 'the body is not SDP: it must start with v=0');
			const way = wayOf(context.req);
			const made = await (noun === 'guest' ? this.media.publish(subject, offer, way) : this.media.watch(subject, offer, way));
			this.#owners.set(made.session, owner);
			if (replaced !== null) await this.end(replaced);
			if (!context.req.socket.destroyed) return made;
			await this.end(made.session);
			this.log.info({ subject }, 'the client left before the answer');
			return null;
		} catch (error) {
			if (error instanceof StudioError && ['bad-sdp', 'unsupported-media'].includes(error.code)) {
				this.refused.offer += 1;
				this.#joins[noun].clients[groupOf(caller)].charge(client, refusedCost - 1);
				this.#joins[noun].links.charge(token, refusedCost - 1, performance.now());
			}
			throw error;
		} finally {
			this.#opening.delete(owner);
		}
	}

	/** Sessions by kind, and how many are not connected yet. */
	counts(): { kind: string; pending: number; connected: number }[] {
		const pending = this.#pending();
		const kinds = { guest: 'guest', program: 'program', multiview: 'multiview', return: 'return' };
		const kindOf = ({ noun, subject }: Owner) => (noun === 'guest' ? 'guest' : isReturn(subject) ? 'return' : subject);
		const all = this.#living();
		return Object.values(kinds).map((kind) => {
			const waiting = pending.filter((owner) => kindOf(owner) === kind).length;
			return { kind, pending: waiting, connected: all.filter((owner) => kindOf(owner) === kind).length - waiting };
		});
	}

	/** Throws unless there is a place for one more. A guest always has one: the new session replaces the old one. */
	#place(asking: Owner): string | null {
		if (asking.noun === 'guest') return null;
		const watchers = this.#living()
			.filter(({ noun }) => noun === 'streamer')
			.map(watcherOf);
		if (!isReturn(asking.subject)) {
			checkViewer(watcherOf(asking), watchers, this.settings.current.network.limits.viewers);
			return null;
		}
		const { subject, token, role } = asking;
		const own = [...this.#owners].filter(([, owner]) => role === 'guest' && owner.token === token && owner.subject === subject);
		const oldest = own[0]?.[0] ?? null;
		if (own.length >= returnsOfGuest) return oldest;
		try {
			checkReturn(watcherOf(asking), watchers);
			return null;
		} catch (error) {
			if (oldest === null) throw error;
			return oldest;
		}
	}

	/** Sessions, and those about to be made. */
	#living(): Owner[] {
		for (const session of this.#owners.keys()) if (!this.#lives(session)) this.#owners.delete(session);
		return [...this.#owners.values(), ...this.#opening];
	}

	#pending(): Owner[] {
		this.#living();
		const answered = [...this.#owners].filter(([session]) => this.media.pending(session)).map(([, owner]) => owner);
		return [...answered, ...this.#opening];
	}

	#counted<T>(reason: PeerRefusal, check: () => T): T {
		try {
			return check();
		} catch (error) {
			this.refused[reason] += 1;
			throw error;
		}
	}

	/** Idempotent. */
	async end(session: string): Promise<void> {
		if (this.#lives(session)) await this.media.close(session);
	}

	/** Throws `not-found` unless the session is live and of this subject, `forbidden` when it belongs to somebody else. */
	checkOwner(session: string, subject: string, caller: Caller): void {
		const owner = this.#owners.get(session);
		if (!owner || this.media.subject(session) !== subject) {
			throw new StudioError('not-found', 'there is no such session; it may have ended');
		}
		const higher = hasRole(caller, 'operator') && roles.indexOf(caller.role) > roles.indexOf(owner.role);
		if (owner.token !== caller.token && !higher)
			throw new StudioError('forbidden', 'this session was created with a different token');
	}

	/** Whether this live session of this subject was made with this token. Only its maker knows its name. */
	isOf(session: string, subject: string, token: string): boolean {
		return this.#owners.get(session)?.token === token && this.media.subject(session) === subject;
	}

	/** Whether the client of this request made a live session, with this token and from this address. */
	isConnected(caller: Caller, request: IncomingMessage): boolean {
		const client = rateKey(caller, request);
		return [...this.#owners].some(([session, owner]) => owner.client === client && this.#lives(session));
	}

	#lives(session: string): boolean {
		return this.media.subject(session) !== null;
	}
}

/** Behind a proxy, the tunnel or a router the address that the client itself used is unknown. */
function wayOf(request: IncomingMessage): PeerWay {
	const client = clientOf(request);
	const [remote = '', local = ''] = [request.socket.remoteAddress, request.socket.localAddress].map(plainAddress);
	const direct = !client.public && client.address === remote;
	const called = direct && local !== '' ? local : null;
	if (!client.lan) return { from: 'outside', called: isLoopbackAddress(local) ? null : called };
	return { from: isLoopbackAddress(remote) || remote === local ? 'machine' : 'lan', called };
}

function joinsOf(noun: PeerNoun) {
	const { client, link, all } = joinRates[noun];
	return { clients: { viewers: new RateLimit(client, all), crew: new RateLimit(client, all) }, links: new Buckets(link) };
}

function watcherOf({ subject, token, role }: Owner): Watcher {
	return { streamer: subject, token, staff: roles.indexOf(role) >= roles.indexOf('operator') };
}
