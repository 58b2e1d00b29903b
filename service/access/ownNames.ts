import { machineNames } from './certificate.js';
import type { Certificates } from './certificates.js';

/** Addresses change with cables; reading all interfaces for every request would make floods cheap for the sender and costly here. */
const keepMs = 2000;

/** The names and addresses of this machine, and of its certificates. */
export class OwnNames {
	#names: readonly string[] = [];
	#until = 0;

	constructor(private readonly certificates: Pick<Certificates, 'info'>) {}

	get current(): readonly string[] {
		if (performance.now() < this.#until) return this.#names;
		this.#until = performance.now() + keepMs;
		const served = this.certificates.info.served.flatMap(({ names }) => names);
		this.#names = [...new Set([...machineNames(), ...served])];
		return this.#names;
	}
}
