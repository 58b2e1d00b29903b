import type { IncomingMessage } from 'node:http';
import { householdOf } from '../util/addresses.js';
import { type Bounded, BoundedMap } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { Caller } from './caller.js';
import { clientOf } from './client.js';

export interface Rate {
	/** Requests at once. */
	burst: number;
	/** Refill rate after that. */
	perSecond: number;
}

/** Beyond this, clients that were quiet longest are forgotten; their buckets are full by then anyway. */
const clientsKept = 4096;

/** A token bucket. */
export class Bucket {
	#left: number;

	/** Full from the start. */
	#at = Number.NEGATIVE_INFINITY;

	constructor(private readonly rate: Rate) {
		this.#left = rate.burst;
	}

	/** Seconds until there is a token; 0 = now. */
	waitS(now = performance.now()): number {
		return Math.max(0, (1 - this.#filled(now)) / this.rate.perSecond);
	}

	/** Takes a token, or returns the seconds until there is one. */
	take(now = performance.now()): number {
		const waitS = this.waitS(now);
		if (waitS === 0) this.#keep(this.#filled(now) - 1, now);
		return waitS;
	}

	/** Takes more for a request that turned out to be expensive; the debt is at most a whole burst. */
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

/** A token bucket per client. */
export class Buckets {
	#buckets = new BoundedMap<string, Bucket>(clientsKept);

	constructor(private readonly rate: Rate) {}

	get table(): Bounded {
		return this.#buckets;
	}

	/** Takes a token, or returns the seconds until there is one. */
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

/** Limits expensive requests, per client and in total. */
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

	/** Throws `rate-limited` when this client sends too many requests, `busy` when all together do; both with Retry-After. */
	check(client: string, now = performance.now()): void {
		// Checked first, so that an unserved request costs nobody a token; taken last, so that a limited client takes none from others.
		const allWaitS = this.#all.waitS(now);
		if (allWaitS > 0)
			throw new StudioError('busy', 'the studio gets too many requests at once; try again in a moment', undefined, allWaitS);
		const waitS = this.#clients.take(client, now);
		if (waitS > 0) throw new StudioError('rate-limited', 'too many requests; wait a moment', undefined, waitS);
		this.#all.take(now);
	}

	/** An expensive request: the client waits longer for its next one. */
	charge(client: string, cost: number, now = performance.now()): void {
		this.#clients.charge(client, cost, now);
	}
}

/** One client is a token in a household: nobody can use up a shared link for the others. */
export function rateKey({ token }: Caller, request: IncomingMessage): string {
	return `${token} ${householdOf(clientOf(request).address)}`;
}
