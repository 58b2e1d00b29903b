import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Bounded, BoundedMap } from '../util/boundedMap.js';
import { within } from '../util/within.js';

const keepMs = 60_000;
const namesKept = 64;
/** In parallel: each lookup takes one of few threads. */
const askedAtOnce = 16;

/** Addresses of servers by name, IPv4 first. Callers wait a bounded time; a later answer is kept for the next one. */
export class Resolver {
	#known = new BoundedMap<string, { address: string; at: number }>(namesKept);
	#asking = new Map<string, Promise<void>>();

	constructor(
		private readonly look: (host: string) => Promise<{ address: string }> = (host) => lookup(host, { verbatim: false }),
	) {}

	get names(): Bounded {
		return this.#known;
	}

	/** Null when the name is unknown, or not resolved yet. */
	async resolve(host: string, waitMs: number): Promise<string | null> {
		if (isIP(host)) return host;
		const known = this.#known.get(host);
		if (known && performance.now() - known.at < keepMs) return known.address;
		const asked = this.#ask(host);
		// A minute-old address is better than a wait.
		if (known) return known.address;
		await within(asked, waitMs, () => undefined);
		return this.#known.get(host)?.address ?? null;
	}

	#ask(host: string): Promise<void> {
		const running = this.#asking.get(host);
		if (running) return running;
		if (this.#asking.size >= askedAtOnce) return Promise.resolve();
		const asked = this.look(host)
			.then(({ address }) => void this.#known.set(host, { address, at: performance.now() }))
			.catch(() => undefined)
			.finally(() => this.#asking.delete(host));
		this.#asking.set(host, asked);
		return asked;
	}
}
