import { machineNames } from './certificate.js';
import type { Certificates } from './certificates.js';

/** Addresses come and go with cables; looking at all interfaces for each request would cost a flood nothing and us much. */
const keepMs = 2000;

/** What this machine is called: its names and addresses, and those of its certificates. */
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
