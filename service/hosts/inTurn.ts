import type { SupervisedHost } from './supervisedHost.js';

/** After this long the next host starts even if this one is not ready. */
const TURN_MS = 500;

/**
 * Starts hosts one by one: opening all devices at once holds up their drivers, and starting all processes at once holds up the
 * program. `wanted` is checked before each.
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
