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
 * Offers that were answered and whose connection is not made yet, of one client and of all with its link; one that is abandoned counts
 * for seconds.
 */
const maxPending = { client: 20, link: 24 };

/** How often sessions are made: by one client, by all with its link, and by all of its kind. */
const joinRates = {
	// Each starts a process. A page that is reloaded again and again still gets its seat.
	guest: { client: { burst: 30, perSecond: 3 }, link: { burst: 40, perSecond: 4 }, all: { burst: 60, perSecond: 6 } },
	// A hall of viewers behind one address comes back at once after a restart.
	streamer: { client: { burst: 120, perSecond: 20 }, link: { burst: 200, perSecond: 30 }, all: { burst: 240, perSecond: 40 } },
};
export type PeerNoun = keyof typeof joinRates;
/** An offer that is refused was read for nothing: it counts as this many. */
const refusedCost = 4;

/** What is asked for too often or by too many, for the metrics. */
export type PeerRefusal = 'rate' | 'pending' | 'place' | 'offer';

interface Owner extends Pick<Caller, 'token' | 'role'> {
	noun: PeerNoun;
	subject: string;
	client: string;
}

/** Viewers do not use up what guests and staff need. */
type Group = 'viewers' | 'crew';
const groupOf = ({ role }: Pick<Caller, 'role'>): Group => (role === 'viewer' ? 'viewers' : 'crew');

/**
 * Sessions of guests and viewers, however they are signalled (WHIP, WHEP, polling): one limit, one life. Which token made a
 * session is remembered: only it, or someone of a higher role, may change or end it.
 */
export class PeerSessions {
	/** Refused, by reason. */
	readonly refused: Record<PeerRefusal, number> = { rate: 0, pending: 0, place: 0, offer: 0 };
	#owners = new Map<string, Owner>();
	/** Offers that are being answered: each has its place already. */
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

	/** Throws `rate-limited` and `busy` for who may make no session now. */
	check(noun: PeerNoun, caller: Caller, context: Context): void {
		const { clients, links } = this.#joins[noun];
		const client = rateKey(caller, context.req);
		this.#counted('rate', () => {
			// Before the limit of all: one link alone does not use that up.
			const waitS = hasRole(caller, 'operator') ? 0 : links.take(caller.token, performance.now());
			if (waitS > 0) throw new StudioError('rate-limited', 'too many join by this link; wait a moment', undefined, waitS);
			clients[groupOf(caller)].check(client);
		});
		const pending = this.#pending();
		const mine = pending.filter((owner) => owner.client === client).length;
		const ofLink = pending.filter(({ token }) => token === caller.token).length;
		this.#counted('pending', () => {
			if (mine >= maxPending.client || (ofLink >= maxPending.link && !hasRole(caller, 'operator')))
				throw new StudioError('rate-limited', `${ofLink} connections of yours are not made yet; wait for them`, undefined, 2);
		});
	}

	/** The answer to an offer of who was checked. Null when nobody is left to use the session, or to end it: it has ended. */
	async open(noun: PeerNoun, subject: string, offer: string, caller: Caller, context: Context): Promise<PeerAnswer | null> {
		const { token, role } = caller;
		const client = rateKey(caller, context.req);
		const owner: Owner = { noun, subject, token, role, client };
		const replaced = this.#counted('place', () => this.#place(owner));
		this.#opening.add(owner);
		try {
			if (!offer.startsWith('v=0')) throw new StudioError('bad-sdp', 'the body is no SDP: it does not start with "v=0"');
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

	/** How many sessions there are of what, and how many of them are not connected yet. */
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

	/** Throws unless there is a place for one more. A guest's own is never refused: the session that it takes the place of is told. */
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

	/** Those who have a session, or are about to. */
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

	/** Throws `not-found` unless it is a live session of this subject, `forbidden` when it is someone else's. */
	checkOwner(session: string, subject: string, caller: Caller): void {
		const owner = this.#owners.get(session);
		if (!owner || this.media.subject(session) !== subject) {
			throw new StudioError('not-found', 'there is no such session (any more)');
		}
		const higher = hasRole(caller, 'operator') && roles.indexOf(caller.role) > roles.indexOf(owner.role);
		if (owner.token !== caller.token && !higher) throw new StudioError('forbidden', 'this session was made with another token');
	}

	/** Whether this session of this subject lives and was made with this token. Its name is known to who made it alone. */
	isOf(session: string, subject: string, token: string): boolean {
		return this.#owners.get(session)?.token === token && this.media.subject(session) === subject;
	}

	/** Whether the client that sent this request, with its token and from its address, made a session that lives. */
	isConnected(caller: Caller, request: IncomingMessage): boolean {
		const client = rateKey(caller, request);
		return [...this.#owners].some(([session, owner]) => owner.client === client && this.#lives(session));
	}

	#lives(session: string): boolean {
		return this.media.subject(session) !== null;
	}
}

/** A proxy, the tunnel or a router in front says nothing of which address of this machine the client itself reaches. */
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
