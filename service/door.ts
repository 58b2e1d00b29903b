import { randomBytes } from 'node:crypto';
import type { KnockMade, TicketState, Visitor } from './api/schema.js';
import { StudioError } from './errors.js';
import { SlidingWindow } from './slidingWindow.js';
import type { LiveState } from './state.js';

/** As many as there are seats. */
const maxWaiting = 12;
const maxWaitingPerAddress = 3;
const knocksAMinute = 6;
const waitMs = 10 * 60_000;
/** A page in the background may ask once a minute only; one that is silent for longer is gone. */
const silenceMs = 90_000;
/** A page that was closed while it knocked never heard its ticket, and asks and leaves with none. */
const firstAskMs = 15_000;
/** The answer is kept this long for a page that has not heard it yet. */
const answerMs = 120_000;
const sweepMs = 5_000;

export interface DoorOptions {
	state: LiveState;
	/** The setting access.door. */
	open: () => boolean;
	/** Makes a guest with a token for its seat; throws no-slot when the studio is full. */
	seat: (name: string) => { guest: string; token: string };
	/** Takes back a seat whose guest never heard of it. */
	unseat: (guest: string) => void;
}

interface Waiting {
	visitor: Visitor;
	ticket: string;
	heardAt: number;
	/** It has its ticket: it asked with it. */
	asked: boolean;
	/** When it ends by itself. */
	endsAt: number;
	answer: { state: 'admitted'; guest: string; token: string; heard: boolean } | { state: 'refused' } | null;
}

/** Who came without an invite waits here until the operator decides. A ticket is what the one who waits asks with. */
export class Door {
	#waiting = new Map<string, Waiting>();
	#knocks = new SlidingWindow(60_000, knocksAMinute);
	#timer: NodeJS.Timeout | undefined;

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

	/** Throws forbidden when the door is shut, rate-limited and busy. */
	knock(name: string, address: string, now = Date.now()): KnockMade {
		if (!this.open) throw new StudioError('forbidden', 'the door is shut: ask the studio for an invite link');
		this.sweep(now);
		const waitS = Math.ceil(this.#knocks.waitMs(address, now) / 1000);
		if (waitS > 0) throw new StudioError('rate-limited', `too many tries; try again in ${waitS} s`, undefined, waitS);
		const waiting = [...this.#waiting.values()].filter(({ answer }) => answer === null);
		if (
			waiting.length >= maxWaiting ||
			waiting.filter(({ visitor }) => visitor.address === address).length >= maxWaitingPerAddress
		) {
			throw new StudioError('busy', 'too many people are waiting already; try again in a moment', undefined, 15);
		}
		this.#knocks.add(address, now);
		const ticket = randomBytes(24).toString('base64url');
		const visitor: Visitor = {
			id: `visitor-${randomBytes(4).toString('hex')}`,
			name,
			address,
			since: new Date(now).toISOString(),
		};
		this.#waiting.set(visitor.id, { visitor, ticket, heardAt: now, asked: false, endsAt: now + waitMs, answer: null });
		this.o.state.set(`door.${visitor.id}`, visitor);
		return { ticket, expiresInS: waitMs / 1000 };
	}

	/** What became of it. Throws not-found when it has waited too long, or never did. */
	ask(ticket: string, now = Date.now()): TicketState {
		this.sweep(now);
		const waiting = this.#byTicket(ticket);
		waiting.heardAt = now;
		waiting.asked = true;
		const { answer } = waiting;
		if (answer === null) return { state: 'waiting' };
		if (answer.state === 'refused') return { state: 'refused' };
		answer.heard = true;
		return { state: 'admitted', token: answer.token };
	}

	/** The one who waited went away. */
	leave(ticket: string): void {
		const { visitor, answer } = this.#byTicket(ticket);
		if (answer === null) this.#remove(visitor.id);
	}

	/** The guest it became. Throws not-found, and no-slot when the studio is full; then it goes on waiting. */
	admit(id: string, now = Date.now()): string {
		const waiting = this.#undecided(id);
		const { guest, token } = this.o.seat(waiting.visitor.name);
		waiting.answer = { state: 'admitted', guest, token, heard: false };
		waiting.endsAt = now + answerMs;
		this.o.state.set(`door.${id}`, null);
		return guest;
	}

	refuse(id: string, now = Date.now()): void {
		const waiting = this.#undecided(id);
		waiting.answer = { state: 'refused' };
		waiting.endsAt = now + answerMs;
		this.o.state.set(`door.${id}`, null);
	}

	/** Ends what has waited too long or fell silent, and everything when the door is shut. */
	sweep(now = Date.now()): void {
		for (const [id, { heardAt, asked, endsAt, answer }] of this.#waiting) {
			const silent = answer === null && now - heardAt > (asked ? silenceMs : firstAskMs);
			if (now < endsAt && !silent && (answer !== null || this.open)) continue;
			if (answer?.state === 'admitted' && !answer.heard) this.o.unseat(answer.guest);
			this.#remove(id);
		}
		this.#knocks.sweep(now);
	}

	#undecided(id: string): Waiting {
		const waiting = this.#waiting.get(id);
		if (!waiting || waiting.answer !== null) throw new StudioError('not-found', `nobody waits as "${id}" (any more)`);
		return waiting;
	}

	#byTicket(ticket: string): Waiting {
		const waiting = [...this.#waiting.values()].find((entry) => entry.ticket === ticket);
		if (!waiting) throw new StudioError('not-found', 'this has waited too long; knock again');
		return waiting;
	}

	#remove(id: string): void {
		this.#waiting.delete(id);
		this.o.state.set(`door.${id}`, null);
	}
}
