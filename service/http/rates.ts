import type { IncomingMessage } from 'node:http';
import { householdOf } from '../util/addresses.js';
import { type Bounded, BoundedMap } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { Caller } from './caller.js';
import { clientOf } from './client.js';

export interface Rate {
	/** How many at once. */
	burst: number;
	/** How fast it may go on after that. */
	perSecond: number;
}

/** Beyond it the clients that were quiet longest are forgotten; their buckets are full again anyway. */
const clientsKept = 4096;

/** A token bucket. */
export class Bucket {
	#left: number;

	/** It was full since ever. */
	#at = Number.NEGATIVE_INFINITY;

	constructor(private readonly rate: Rate) {
		this.#left = rate.burst;
	}

	/** After how many seconds there is one; 0 = now. */
	waitS(now = performance.now()): number {
		return Math.max(0, (1 - this.#filled(now)) / this.rate.perSecond);
	}

	/** Takes one, or says after how many seconds there is one. */
	take(now = performance.now()): number {
		const waitS = this.waitS(now);
		if (waitS === 0) this.#keep(this.#filled(now) - 1, now);
		return waitS;
	}

	/** Takes more, for what turned out to cost more; at most a whole burst is owed. */
	charge(cost: number, now = performance.now()): void {
		this.#keep(Math.max(this.#filled(now) - cost, -this.rate.burst), now);
	}

	#filled(now: number): number {
		const { burst, perSecond } = this.rate;
		return Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
	}

	#keep(left: number, at: number): void {
		this.#left = left;
		this.#at = at;
	}
}

/** A token bucket for each client. */
export class Buckets {
	#buckets = new BoundedMap<string, Bucket>(clientsKept);

	constructor(private readonly rate: Rate) {}

	get table(): Bounded {
		return this.#buckets;
	}

	/** Takes one, or says after how many seconds there is one. */
	take(client: string, now = performance.now()): number {
		const bucket = this.#buckets.get(client) ?? new Bucket(this.rate);
		const waitS = bucket.take(now);
		if (waitS === 0) this.#buckets.set(client, bucket);
		return waitS;
	}

	charge(client: string, cost: number, now = performance.now()): void {
		const bucket = this.#buckets.get(client) ?? new Bucket(this.rate);
		bucket.charge(cost, now);
		this.#buckets.set(client, bucket);
	}
}

/** How often one client, and all together, may ask for something that costs. */
export class RateLimit {
	readonly #clients: Buckets;
	readonly #all: Bucket;

	constructor(perClient: Rate, all: Rate) {
		this.#clients = new Buckets(perClient);
		this.#all = new Bucket(all);
	}

	get table(): Bounded {
		return this.#clients.table;
	}

	/** Throws `rate-limited` when this client asks too often, `busy` when everybody does; both with Retry-After. */
	check(client: string, now = performance.now()): void {
		// First, so that nobody is remembered, or pays, for what is not done; and taken last: who is refused uses up nobody else's.
		const allWaitS = this.#all.waitS(now);
		if (allWaitS > 0)
			throw new StudioError('busy', 'the studio is asked too much at once; try again in a moment', undefined, allWaitS);
		const waitS = this.#clients.take(client, now);
		if (waitS > 0) throw new StudioError('rate-limited', 'too many requests; wait a moment', undefined, waitS);
		this.#all.take(now);
	}

	/** What this client asked for cost more than others' did; it waits the longer for the next. */
	charge(client: string, cost: number, now = performance.now()): void {
		this.#clients.charge(client, cost, now);
	}
}

/** Who counts as one client: a token in a household. A link that many use is not used up by one of them. */
export function rateKey({ token }: Caller, request: IncomingMessage): string {
	return `${token} ${householdOf(clientOf(request).address)}`;
}
