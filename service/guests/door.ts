import { randomBytes } from 'node:crypto';
import type { KnockMade, TicketState, Visitor } from '../contract/door.js';
import type { LiveState } from '../state/state.js';
import { householdOf } from '../util/addresses.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { SlidingWindow } from '../util/slidingWindow.js';
import type { DoorPasses } from './doorPasses.js';

/** Places to wait in, as many as there are seats. Some are reserved for people who were let in before. */
const places = { all: 12, strangers: 10 };
/** All guests of a network share one IPv6 /64, which counts as one household. */
const mostOf = { address: 3, household: 6 };
const knocksAMinute = { address: 6, household: 12 };
/** How long a visitor is kept before somebody new may take the place; a household that waits in several places shares it. */
const stayMs = 60_000;
const longestWaitMs = 10 * 60_000;
/** A page in the background may ask only once a minute; one silent for longer is gone. */
const silenceMs = 90_000;
/** A page closed while knocking never got its ticket, so it cannot ask or leave. */
const firstAskMs = 15_000;
/** The answer is kept this long for a page that has not fetched it yet. */
const answerMs = 120_000;
const answersKept = 64;
const sweepMs = 5_000;

export interface DoorOptions {
	state: LiveState;
	/** The setting access.door. */
	open: () => boolean;
	/** Makes a guest with a token for its seat; throws no-slot when the studio is full. */
	seat: (name: string) => { guest: string; token: string };
	/** Takes back a seat whose guest never heard of it. */
	unseat: (guest: string) => void;
	passes: DoorPasses;
}

export interface Knock {
	name: string;
	address: string;
	/** Of an earlier visit. */
	pass?: string | undefined;
}

interface Waiting {
	visitor: Visitor;
	ticket: string;
	since: number;
	/** Counted under the pass, or the household without one. */
	household: string;
	/** Of somebody who was let in before. */
	pass: string | null;
	heardAt: number;
	/** The page has its ticket: it has asked with it. */
	asked: boolean;
	/** When it expires. */
	endsAt: number;
}

interface Answered {
	endsAt: number;
	answer:
		| { state: 'admitted'; guest: string; token: string; pass: string; heard: boolean }
		| { state: 'refused' }
		| { state: 'gave-way' };
}

/**
 * People without an invite wait here until the operator decides; each asks with a ticket. When all places are taken, somebody
 * new takes the place of whoever has waited longest in the household with the most places.
 */
export class Door {
	#waiting = new Map<string, Waiting>();
	/** By ticket. */
	#answered = new BoundedMap<string, Answered>(answersKept, (answered) => this.#unheard(answered));
	#knocks = {
		address: new SlidingWindow(60_000, knocksAMinute.address),
		household: new SlidingWindow(60_000, knocksAMinute.household),
	};
	#timer: NodeJS.Timeout | undefined;
	/** Displaced visitors, and knocks refused: too many in a minute, too many places of one household, no place free yet. */
	gaveWay = 0;
	readonly refused = { rate: 0, share: 0, place: 0 };

	constructor(private readonly o: DoorOptions) {}

	start(): void {
		this.#timer = setInterval(() => this.sweep(), sweepMs).unref();
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	get open(): boolean {
		return this.o.open();
	}

	get waiting(): number {
		return this.#waiting.size;
	}

	get tables(): Tables {
		const { address, household } = this.#knocks;
		return {
			'places at the door': { size: this.#waiting.size, most: places.all, forgotten: this.gaveWay },
			'answers of the door': this.#answered,
			'knocks of addresses': address.keys,
			'knocks of households': household.keys,
		};
	}

	/** Throws `forbidden` when the door is closed, `rate-limited` and `busy`. */
	knock({ name, address, pass: shown }: Knock, now = Date.now()): KnockMade {
		if (!this.open) throw new StudioError('forbidden', 'the door is closed: ask the studio for an invite link');
		this.sweep(now);
		const pass = shown === undefined ? null : this.o.passes.idOf(shown, now);
		const [single, household] = pass === null ? [address, householdOf(address)] : [`pass ${pass}`, `pass ${pass}`];
		const waitMs = Math.max(this.#knocks.address.waitMs(single, now), this.#knocks.household.waitMs(household, now));
		if (waitMs > 0) {
			this.refused.rate += 1;
			const waitS = Math.ceil(waitMs / 1000);
			throw new StudioError('rate-limited', `too many attempts; try again in ${waitS} s`, undefined, waitS);
		}
		this.#makeRoom(household, pass, address, now);
		this.#knocks.address.add(single, now);
		this.#knocks.household.add(household, now);
		const ticket = randomBytes(24).toString('base64url');
		const visitor: Visitor = {
			id: `visitor-${randomBytes(4).toString('hex')}`,
			name,
			address,
			since: new Date(now).toISOString(),
		};
		const times = { since: now, heardAt: now, endsAt: now + longestWaitMs };
		this.#waiting.set(visitor.id, { visitor, ticket, household, pass, asked: false, ...times });
		this.o.state.door.put(visitor.id, visitor);
		return { ticket, expiresInS: longestWaitMs / 1000 };
	}

	/** What became of a knock. Throws `not-found` when it waited too long or never existed. */
	ask(ticket: string, now = Date.now()): TicketState {
		this.sweep(now);
		const waiting = this.#byTicket(ticket);
		if (waiting) {
			waiting.heardAt = now;
			waiting.asked = true;
			return { state: 'waiting' };
		}
		const { answer } = this.#answerTo(ticket);
		if (answer.state !== 'admitted') return { state: answer.state };
		answer.heard = true;
		return { state: 'admitted', token: answer.token, pass: answer.pass };
	}

	/** The visitor gave up. */
	leave(ticket: string): void {
		const waiting = this.#byTicket(ticket);
		if (waiting) this.#remove(waiting);
		else this.#answerTo(ticket);
	}

	/** The guest the visitor becomes. Throws `not-found`, and `no-slot` when the studio is full; the visitor then keeps waiting. */
	admit(id: string, now = Date.now()): string {
		const waiting = this.#undecided(id);
		const { guest, token } = this.o.seat(waiting.visitor.name);
		const pass = this.o.passes.make(waiting.pass, now);
		this.#answer(waiting, { state: 'admitted', guest, token, pass, heard: false }, now);
		return guest;
	}

	refuse(id: string, now = Date.now()): void {
		this.#answer(this.#undecided(id), { state: 'refused' }, now);
	}

	/** Ends knocks that waited too long or fell silent, and all of them when the door is closed. */
	sweep(now = Date.now()): void {
		for (const waiting of this.#waiting.values()) {
			const silent = now - waiting.heardAt > (waiting.asked ? silenceMs : firstAskMs);
			if (now >= waiting.endsAt || silent || !this.open) this.#remove(waiting);
		}
		for (const [ticket, answered] of this.#answered) {
			if (now < answered.endsAt) continue;
			this.#answered.delete(ticket);
			this.#unheard(answered);
		}
		for (const window of Object.values(this.#knocks)) window.sweep(now);
	}

	/** Throws `busy` when no place can be taken over yet. */
	#makeRoom(household: string, pass: string | null, address: string, now: number): void {
		const all = [...this.#waiting.values()];
		const own = all.filter((waiting) => waiting.household === household);
		if (pass !== null) {
			// The same browser in another tab.
			for (const waiting of own) this.#answer(waiting, { state: 'gave-way' }, now);
		} else if (own.filter(({ visitor }) => visitor.address === address).length >= mostOf.address) {
			this.refused.share += 1;
			throw new StudioError('busy', 'too many people at this address are already waiting', undefined, 15);
		}
		const strangers = all.filter((waiting) => waiting.pass === null);
		const isShareFull = pass === null && own.length >= mostOf.household;
		const isFull = this.#waiting.size >= places.all || (pass === null && strangers.length >= places.strangers);
		if (!isShareFull && !isFull) return;
		const leaving = isShareFull ? own : largestOf(strangers.length > 0 ? strangers : all, household);
		const [longest] = leaving as [Waiting];
		const staysMs = longest.since + stayMs / leaving.filter((other) => other.household === longest.household).length - now;
		if (staysMs > 0) {
			this.refused[isShareFull ? 'share' : 'place'] += 1;
			const retryS = Math.ceil(staysMs / 1000);
			throw new StudioError('busy', 'too many people are already waiting; try again in a moment', undefined, retryS);
		}
		this.gaveWay += 1;
		this.#answer(longest, { state: 'gave-way' }, now);
	}

	#undecided(id: string): Waiting {
		const waiting = this.#waiting.get(id);
		if (!waiting) throw new StudioError('not-found', `nobody is waiting as "${id}"; they may have left`);
		return waiting;
	}

	#byTicket(ticket: string): Waiting | undefined {
		return [...this.#waiting.values()].find((waiting) => waiting.ticket === ticket);
	}

	#answerTo(ticket: string): Answered {
		const answered = this.#answered.get(ticket);
		if (!answered) throw new StudioError('not-found', 'this request has expired; ask again');
		return answered;
	}

	#answer(waiting: Waiting, answer: Answered['answer'], now: number): void {
		const { ticket } = waiting;
		this.#remove(waiting);
		this.#answered.set(ticket, { endsAt: now + answerMs, answer });
	}

	/** Takes back the seat of a guest who never heard of it. */
	#unheard({ answer }: Answered): void {
		if (answer.state === 'admitted' && !answer.heard) this.o.unseat(answer.guest);
	}

	#remove({ visitor }: Waiting): void {
		this.#waiting.delete(visitor.id);
		this.o.state.door.remove(visitor.id);
	}
}

/** The longest waiting of the households with the most places; of the newcomer's own when that is one of them. */
function largestOf(waiting: Waiting[], newcomer: string): Waiting[] {
	const counts = new Map<string, number>();
	for (const { household } of waiting) counts.set(household, (counts.get(household) ?? 0) + 1);
	const most = Math.max(...counts.values());
	const largest = counts.get(newcomer) === most ? [newcomer] : [...counts.keys()].filter((name) => counts.get(name) === most);
	return waiting.filter(({ household }) => largest.includes(household));
}
