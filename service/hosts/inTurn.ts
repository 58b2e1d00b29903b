import type { SupervisedHost } from './supervisedHost.js';

/** A host that is not ready by then does not keep the next one from starting. */
const TURN_MS = 500;

/**
 * Starts one host after the other: devices that are opened all at once hold up their drivers, and processes that start all at
 * once the program. `wanted` is asked before each.
 */
export async function startInTurn<Host extends Pick<SupervisedHost, 'start' | 'whenReady'>>(
	hosts: Host[],
	wanted: (host: Host) => boolean,
): Promise<void> {
	for (const host of hosts) {
		if (!wanted(host)) continue;
		host.start();
		await host.whenReady(TURN_MS);
	}
}
