import { isIPv6 } from 'node:net';
import { StudioError } from '../errors.js';

/** Who tries to get in. */
export interface Visitor {
	address: string;
	/** Sits at the device itself, which nobody else can lock. */
	atConsole: boolean;
}

/** Wrong ones until it has to be waited, for one account and for one address, where several people may type. */
const free = { account: 5, address: 10 };
const firstDelayMs = 2000;
const longestDelayMs = 15 * 60_000;
const longestConsoleDelayMs = 5000;
/** After so long without another wrong one all is as before. */
const forgetMs = 60 * 60_000;
/** Beyond it the oldest are forgotten. */
const kept = 4096;

interface Failures {
	count: number;
	at: number;
	until: number;
}

/**
 * Slows down who guesses: each wrong password, code or token makes the next wait longer, by account and by address. An attempt
 * counts as wrong from its beginning, so that many at once gain nothing. The console waits for seconds at most.
 */
export class Lockout {
	#failures = new Map<string, Failures>();
	/** Attempts that were wrong, and those that came too early. */
	failed = 0;
	refused = 0;

	/** Those who have to wait now. */
	waiting(now = Date.now()): number {
		return [...this.#failures.values()].filter(({ until }) => until > now).length;
	}

	/** Throws `rate-limited` with the seconds to wait; else the attempt runs, and `succeeded` of the answer takes it back. */
	begin({ address, atConsole }: Visitor, account: string | null, now = Date.now()): { succeeded: () => void } {
		const byAddress = atConsole ? 'console' : `address ${networkOf(address)}`;
		const byAccount = account === null || atConsole ? null : `account ${account.normalize('NFKC').toLowerCase()}`;
		const keys = byAccount === null ? [byAddress] : [byAddress, byAccount];
		const until = Math.max(...keys.map((key) => this.#found(key, now)?.until ?? 0));
		if (until > now) {
			this.refused += 1;
			const waitS = Math.ceil((until - now) / 1000);
			throw new StudioError('rate-limited', `too many failed logins; try again in ${waitS} s`, undefined, waitS);
		}
		const most = atConsole ? longestConsoleDelayMs : longestDelayMs;
		this.failed += 1;
		this.#count(byAddress, free.address, most, now);
		if (byAccount !== null) this.#count(byAccount, free.account, most, now);
		return {
			succeeded: () => {
				this.failed -= 1;
				// Who has an account of their own must not wipe out what they guessed of others.
				this.#takeBack(byAddress);
				if (byAccount !== null) this.#failures.delete(byAccount);
			},
		};
	}

	#found(key: string, now: number): Failures | undefined {
		const found = this.#failures.get(key);
		if (found === undefined || now - Math.max(found.at, found.until) < forgetMs) return found;
		this.#failures.delete(key);
		return undefined;
	}

	#count(key: string, freeCount: number, most: number, now: number): void {
		const count = (this.#failures.get(key)?.count ?? 0) + 1;
		const delayMs = count < freeCount ? 0 : Math.min(most, firstDelayMs * 2 ** Math.min(count - freeCount, 20));
		this.#failures.delete(key);
		this.#failures.set(key, { count, at: now, until: now + delayMs });
		if (this.#failures.size > kept) this.#failures.delete(this.#failures.keys().next().value!);
	}

	#takeBack(key: string): void {
		const found = this.#failures.get(key);
		if (found) this.#failures.set(key, { ...found, count: found.count - 1, until: 0 });
	}
}

/** One household has a /64 of IPv6 addresses at least. */
function networkOf(address: string): string {
	if (!isIPv6(address)) return address;
	const [head = '', tail = ''] = address.split('::');
	const groups = head === '' ? [] : head.split(':');
	const rest = tail === '' ? [] : tail.split(':');
	const full = address.includes('::')
		? [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest]
		: groups;
	return full.slice(0, 4).join(':');
}
