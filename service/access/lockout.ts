import { householdOf } from '../util/addresses.js';
import type { Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { FailureTable } from './failures.js';

const delays = { firstDelayMs: 2000, longestDelayMs: 15 * 60_000 };
/**
 * Free are the first wrong ones of one account, and of one address, where several people may type. The tables are apart:
 * whoever comes from many addresses crowds out no account.
 */
const options = {
	accounts: { ...delays, free: 5, longestSharedMs: delays.longestDelayMs, most: 4096 },
	// Who comes while thousands of addresses wait has guessed nothing yet; the accounts count all the same.
	addresses: { ...delays, free: 10, longestSharedMs: 5000, most: 4096 },
};

/**
 * Slows down who guesses: each wrong password, code or token makes the next wait longer, by account and by address (IPv6: the
 * /64), wherever it comes from. An attempt counts as wrong from its beginning, so that many at once gain nothing.
 */
export class Lockout {
	readonly accounts = new FailureTable(options.accounts);
	readonly addresses = new FailureTable(options.addresses);
	/** Attempts that were wrong, and those that came too early. */
	failed = 0;
	refused = 0;

	get tables(): Tables {
		return { 'failed logins of accounts': this.accounts, 'failed logins of addresses': this.addresses };
	}

	/** Those who have to wait now. */
	waiting(now = Date.now()): number {
		return this.accounts.waiting(now) + this.addresses.waiting(now);
	}

	/** Throws `rate-limited` with the seconds to wait; else the attempt runs, and `succeeded` of the answer takes it back. */
	begin(address: string, account: string | null, now = Date.now()): { succeeded: () => void } {
		const network = householdOf(address);
		const name = account?.normalize('NFKC').toLowerCase() ?? null;
		const until = Math.max(this.addresses.until(network, now), name === null ? 0 : this.accounts.until(name, now));
		if (until > now) {
			this.refused += 1;
			const waitS = Math.ceil((until - now) / 1000);
			throw new StudioError('rate-limited', `too many failed logins; try again in ${waitS} s`, undefined, waitS);
		}
		this.failed += 1;
		this.addresses.count(network, now);
		if (name !== null) this.accounts.count(name, now);
		return {
			succeeded: () => {
				this.failed -= 1;
				// Who has an account of their own must not wipe out what they guessed of others.
				this.addresses.takeBack(network);
				if (name !== null) this.accounts.forget(name);
			},
		};
	}
}
