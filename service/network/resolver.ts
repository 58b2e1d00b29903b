import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Bounded, BoundedMap } from '../util/boundedMap.js';
import { within } from '../util/within.js';

const keepMs = 60_000;
const namesKept = 64;
/** At once: each takes a thread of the few there are. */
const askedAtOnce = 16;

/** Names of servers as addresses, IPv4 before IPv6. Who asks waits a bounded time; an answer that comes later is there for the next. */
export class Resolver {
	#known = new BoundedMap<string, { address: string; at: number }>(namesKept);
	#asking = new Map<string, Promise<void>>();

	constructor(
		private readonly look: (host: string) => Promise<{ address: string }> = (host) => lookup(host, { verbatim: false }),
	) {}

	get names(): Bounded {
		return this.#known;
	}

	/** Null when the name is not known (yet). */
	async resolve(host: string, waitMs: number): Promise<string | null> {
		if (isIP(host)) return host;
		const known = this.#known.get(host);
		if (known && performance.now() - known.at < keepMs) return known.address;
		const asked = this.#ask(host);
		// An address of a minute ago is worth more than a wait.
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
