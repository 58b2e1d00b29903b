import { householdOf } from '../util/addresses.js';
import type { Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { FailureTable } from './failures.js';

const delays = { firstDelayMs: 2000, longestDelayMs: 15 * 60_000 };
/**
 * The first failures of an account are free, and those of an address, where several people may type. The two tables are
 * separate: failures from many addresses push out no account.
 */
const options = {
	accounts: { ...delays, free: 5, longestSharedMs: delays.longestDelayMs, most: 4096 },
	// Somebody new while thousands of addresses wait has guessed nothing yet; the limit per account still applies.
	addresses: { ...delays, free: 10, longestSharedMs: 5000, most: 4096 },
};

/**
 * Slows down guessing: each wrong password, code or token lengthens the next wait, by account and by address (IPv6: the /64).
 * An attempt counts as failed from its start, so that parallel attempts gain nothing.
 */
export class Lockout {
	readonly accounts = new FailureTable(options.accounts);
	readonly addresses = new FailureTable(options.addresses);
	/** Failed attempts, and attempts made too early. */
	failed = 0;
	refused = 0;

	get tables(): Tables {
		return { 'failed logins of accounts': this.accounts, 'failed logins of addresses': this.addresses };
	}

	/** How many accounts and addresses have to wait now. */
	waiting(now = Date.now()): number {
		return this.accounts.waiting(now) + this.addresses.waiting(now);
	}

	/** Throws `rate-limited` with the seconds to wait. Otherwise the attempt may run; call `succeeded` when it was right. */
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
				// A correct login must not erase what the same address guessed about other accounts.
				this.addresses.takeBack(network);
				if (name !== null) this.accounts.forget(name);
			},
		};
	}
}
