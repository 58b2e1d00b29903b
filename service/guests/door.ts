import { randomBytes } from 'node:crypto';
import type { KnockMade, TicketState, Visitor } from '../contract/door.js';
import type { LiveState } from '../state/state.js';
import { householdOf } from '../util/addresses.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { SlidingWindow } from '../util/slidingWindow.js';
import type { DoorPasses } from './doorPasses.js';

/** Places to wait in, as many as there are seats. Strangers leave some to those who were let in before. */
const places = { all: 12, strangers: 10 };
/** All guests of a network share one /64 of IPv6, which is one household. */
const mostOf = { address: 3, household: 6 };
const knocksAMinute = { address: 6, household: 12 };
/** Who waits has had this long to be seen before somebody new may take the place; a household that waits in several places shares it. */
const stayMs = 60_000;
const longestWaitMs = 10 * 60_000;
/** A page in the background may ask once a minute only; one that is silent for longer is gone. */
const silenceMs = 90_000;
/** A page that was closed while it knocked never heard its ticket, and asks and leaves with none. */
const firstAskMs = 15_000;
/** The answer is kept this long for a page that has not heard it yet. */
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
	/** Of an earlier time. */
	pass?: string | undefined;
}

interface Waiting {
	visitor: Visitor;
	ticket: string;
	since: number;
	/** Whom it counts for: who has a pass for nobody else. */
	household: string;
	/** Of who was let in before. */
	pass: string | null;
	heardAt: number;
	/** It has its ticket: it asked with it. */
	asked: boolean;
	/** When it ends by itself. */
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
 * Who came without an invite waits here until the operator decides. A ticket is what the one who waits asks with. When all places
 * are taken, who has waited longest without an answer, of the household that has most of them, makes room for somebody new.
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
	/** Those who made room, and knocks that were refused: too many in a minute, too many places of one, no place to be had yet. */
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

	/** Throws forbidden when the door is shut, rate-limited and busy. */
	knock({ name, address, pass: shown }: Knock, now = Date.now()): KnockMade {
		if (!this.open) throw new StudioError('forbidden', 'the door is shut: ask the studio for an invite link');
		this.sweep(now);
		const pass = shown === undefined ? null : this.o.passes.idOf(shown, now);
		const [single, household] = pass === null ? [address, householdOf(address)] : [`pass ${pass}`, `pass ${pass}`];
		const waitMs = Math.max(this.#knocks.address.waitMs(single, now), this.#knocks.household.waitMs(household, now));
		if (waitMs > 0) {
			this.refused.rate += 1;
			const waitS = Math.ceil(waitMs / 1000);
			throw new StudioError('rate-limited', `too many tries; try again in ${waitS} s`, undefined, waitS);
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

	/** What became of it. Throws not-found when it has waited too long, or never did. */
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

	/** The one who waited went away. */
	leave(ticket: string): void {
		const waiting = this.#byTicket(ticket);
		if (waiting) this.#remove(waiting);
		else this.#answerTo(ticket);
	}

	/** The guest it became. Throws not-found, and no-slot when the studio is full; then it goes on waiting. */
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

	/** Ends what has waited too long or fell silent, and everything when the door is shut. */
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

	/** Throws `busy` when nobody has to make room yet. */
	#makeRoom(household: string, pass: string | null, address: string, now: number): void {
		const all = [...this.#waiting.values()];
		const own = all.filter((waiting) => waiting.household === household);
		if (pass !== null) {
			// The same browser, in another tab.
			for (const waiting of own) this.#answer(waiting, { state: 'gave-way' }, now);
		} else if (own.filter(({ visitor }) => visitor.address === address).length >= mostOf.address) {
			this.refused.share += 1;
			throw new StudioError('busy', 'too many people wait at this address already', undefined, 15);
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
			throw new StudioError('busy', 'too many people are waiting already; try again in a moment', undefined, retryS);
		}
		this.gaveWay += 1;
		this.#answer(longest, { state: 'gave-way' }, now);
	}

	#undecided(id: string): Waiting {
		const waiting = this.#waiting.get(id);
		if (!waiting) throw new StudioError('not-found', `nobody waits as "${id}" (any more)`);
		return waiting;
	}

	#byTicket(ticket: string): Waiting | undefined {
		return [...this.#waiting.values()].find((waiting) => waiting.ticket === ticket);
	}

	#answerTo(ticket: string): Answered {
		const answered = this.#answered.get(ticket);
		if (!answered) throw new StudioError('not-found', 'this has waited too long; knock again');
		return answered;
	}

	#answer(waiting: Waiting, answer: Answered['answer'], now: number): void {
		const { ticket } = waiting;
		this.#remove(waiting);
		this.#answered.set(ticket, { endsAt: now + answerMs, answer });
	}

	/** Whoever never heard of a seat does not need it. */
	#unheard({ answer }: Answered): void {
		if (answer.state === 'admitted' && !answer.heard) this.o.unseat(answer.guest);
	}

	#remove({ visitor }: Waiting): void {
		this.#waiting.delete(visitor.id);
		this.o.state.door.remove(visitor.id);
	}
}

/** Of the households that wait in most places, in the order they came; of the newcomer's own, when that is one of them. */
function largestOf(waiting: Waiting[], newcomer: string): Waiting[] {
	const counts = new Map<string, number>();
	for (const { household } of waiting) counts.set(household, (counts.get(household) ?? 0) + 1);
	const most = Math.max(...counts.values());
	const largest = counts.get(newcomer) === most ? [newcomer] : [...counts.keys()].filter((name) => counts.get(name) === most);
	return waiting.filter(({ household }) => largest.includes(household));
}
