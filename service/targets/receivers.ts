import { lookup } from 'node:dns/promises';
import { StudioError } from '../util/errors.js';
import { within } from '../util/within.js';
import { specialAddress } from './specialAddresses.js';

/** Nobody who makes a target waits longer than this for its name. */
const LOOKUP_MS = 2_000;

/** Where targets may be: other machines, unless a technician allows this machine, broadcasts and multicast groups. */
export class Receivers {
	constructor(private readonly special: () => boolean) {}

	/** Throws `invalid`. An unknown name may be known later: `addressOf` looks again before anything is sent. */
	async check(host: string): Promise<void> {
		const known = lookup(host, { all: true }).catch(() => []);
		const addresses = await within(known, LOOKUP_MS, () => []);
		for (const { address } of addresses) this.#checkAddress(host, address);
	}

	/** The address of a name; throws when it is not known, or not allowed. */
	async addressOf(host: string): Promise<string> {
		const { address } = await lookup(host).catch(({ code }: NodeJS.ErrnoException) => {
			throw new Error(`the name ${host} does not resolve (${code})`);
		});
		this.#checkAddress(host, address);
		return address;
	}

	#checkAddress(host: string, address: string): void {
		const special = this.special() ? null : specialAddress(address);
		if (special === null) return;
		const message = `host: ${host} is ${special}; targets are other machines unless a technician sets network.specialTargets`;
		throw new StudioError('invalid', message, [{ field: 'host', message }]);
	}
}
