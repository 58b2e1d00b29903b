import type { Bounded } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { PeerMedia } from './media.js';
import { PollingSession } from './pollingSession.js';
import type { PeerAnswer } from './sessions.js';

/** A session untouched for this long is dropped. A virtual machine waits 60 s for its offer. */
const idleMs = 120_000;
const maxSessions = 200;
const maxOfClient = 16;

interface Entry {
	polled: PollingSession;
	client: string;
	/** The media session, when the studio is the other side. */
	session: string | null;
	/** Counts offers and the end, so that a late answer finds another number. */
	turn: number;
}

/** The sessions of polling clients, by a key that includes their owner. */
export class PollingSessions implements Bounded {
	readonly most = maxSessions;
	/** Without room, newcomers are refused. */
	readonly forgotten = 0;
	#entries = new Map<string, Entry>();

	constructor(private readonly media: Pick<PeerMedia, 'subject' | 'close'>) {}

	get size(): number {
		return this.#entries.size;
	}

	find(key: string): Entry | null {
		this.#expire();
		return this.#entries.get(key) ?? null;
	}

	/** The session, created if needed. Throws `rate-limited` or `busy` when there are too many. */
	open(key: string, client: string): Entry {
		const found = this.find(key);
		if (found) return found;
		const mine = [...this.#entries.values()].filter((entry) => entry.client === client).length;
		if (mine >= maxOfClient)
			throw new StudioError('rate-limited', `${mine} of your sessions are open; end one first`, undefined, idleMs / 1000);
		if (this.#entries.size >= maxSessions)
			throw new StudioError('busy', `${maxSessions} sessions are open, the maximum`, undefined, idleMs / 1000);
		const entry: Entry = { polled: new PollingSession(), client, session: null, turn: 0 };
		this.#entries.set(key, entry);
		return entry;
	}

	/**
	 * The studio's answer to a new offer, which ends the previous connection. Throws `conflict` when a newer offer or the end came
	 * meanwhile, or the client has left (`make` returns null): what was made for it has ended then.
	 */
	async connect(entry: Entry, offer: string, make: () => Promise<PeerAnswer | null>): Promise<PeerAnswer> {
		entry.polled.setOffer(offer);
		const turn = ++entry.turn;
		await this.#leave(entry);
		const made = await make();
		if (made === null || entry.turn !== turn) {
			if (made !== null) await this.#end(made.session);
			throw new StudioError('conflict', 'a newer offer or the end of the session has replaced this offer');
		}
		entry.session = made.session;
		entry.polled.setAnswer(made.answer);
		return made;
	}

	/** Drops it and ends its connection with the studio, if any. */
	async close(key: string): Promise<void> {
		const entry = this.find(key);
		if (!entry) throw new StudioError('not-found', 'there is no such session; it may have ended');
		this.#entries.delete(key);
		entry.turn += 1;
		await this.#leave(entry);
	}

	async #leave(entry: Entry): Promise<void> {
		const { session } = entry;
		entry.session = null;
		if (session !== null) await this.#end(session);
	}

	async #end(session: string): Promise<void> {
		if (this.media.subject(session) !== null) await this.media.close(session);
	}

	/** One with a live connection stays: it is needed to end that. */
	#expire(): void {
		const before = performance.now() - idleMs;
		for (const [key, { polled, session }] of this.#entries) {
			const alive = session !== null && this.media.subject(session) !== null;
			if (polled.usedAt < before && !alive) this.#entries.delete(key);
		}
	}
}
