import type { IncomingMessage } from 'node:http';
import { StudioError } from '../errors.js';
import type { Caller } from './auth.js';
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

	constructor(
		private readonly rate: Rate,
		private at = performance.now(),
	) {
		this.#left = rate.burst;
	}

	/** Takes one, or says after how many seconds there is one. */
	take(now = performance.now()): number {
		const filled = this.#filled(now);
		if (filled < 1) return (1 - filled) / this.rate.perSecond;
		this.#keep(filled - 1, now);
		return 0;
	}

	/** Takes more, for what turned out to cost more; at most a whole burst is owed. */
	charge(cost: number, now = performance.now()): void {
		this.#keep(Math.max(this.#filled(now) - cost, -this.rate.burst), now);
	}

	#filled(now: number): number {
		const { burst, perSecond } = this.rate;
		return Math.min(burst, this.#left + ((now - this.at) / 1000) * perSecond);
	}

	#keep(left: number, at: number): void {
		this.#left = left;
		this.at = at;
	}
}

/** A token bucket for each client. */
export class Buckets {
	#buckets = new Map<string, Bucket>();

	constructor(private readonly rate: Rate) {}

	/** Takes one, or says after how many seconds there is one. */
	take(client: string, now = performance.now()): number {
		const bucket = this.#buckets.get(client) ?? new Bucket(this.rate, now);
		const waitS = bucket.take(now);
		if (waitS === 0) this.#keep(client, bucket);
		return waitS;
	}

	charge(client: string, cost: number, now = performance.now()): void {
		const bucket = this.#buckets.get(client) ?? new Bucket(this.rate, now);
		bucket.charge(cost, now);
		this.#keep(client, bucket);
	}

	#keep(client: string, bucket: Bucket): void {
		this.#buckets.delete(client);
		this.#buckets.set(client, bucket);
		if (this.#buckets.size > clientsKept) this.#buckets.delete(this.#buckets.keys().next().value!);
	}
}

/** How often one client, and all together, may ask for something that costs. */
export class RateLimit {
	readonly #clients: Buckets;
	readonly #all: Buckets;

	constructor(perClient: Rate, all: Rate) {
		this.#clients = new Buckets(perClient);
		this.#all = new Buckets(all);
	}

	/** Throws `rate-limited` when this client asks too often, `busy` when everybody does; both with Retry-After. */
	check(client: string, now = performance.now()): void {
		const waitS = this.#clients.take(client, now);
		if (waitS > 0) throw new StudioError('rate-limited', 'too many requests; wait a moment', undefined, waitS);
		const allWaitS = this.#all.take('', now);
		if (allWaitS > 0)
			throw new StudioError('busy', 'the studio is asked too much at once; try again in a moment', undefined, allWaitS);
	}

	/** What this client asked for cost more than others' did; it waits the longer for the next. */
	charge(client: string, cost: number, now = performance.now()): void {
		this.#clients.charge(client, cost, now);
	}
}

/** Who counts as one client: a token at an address. A link that many use is not used up by one of them. */
export function rateKey({ token }: Caller, request: IncomingMessage): string {
	return `${token} ${clientOf(request).address}`;
}
