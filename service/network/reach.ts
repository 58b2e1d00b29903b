import { isTurnUrl } from '../contract/iceServer.js';
import type { Reach } from '../contract/network.js';
import type { NetworkSettings } from '../settings/network.js';
import { isPublicAddress } from '../util/addresses.js';

/**
 * Whether media can flow to a guest who came by the public name, as far as the settings tell: a proxy or tunnel carries pages
 * and signalling, never media.
 */
export function mediaOutside(network: NetworkSettings, addresses: readonly string[]): Reach['media'] {
	const { servers, cloudflare, publicAddress, extraAddresses } = network;
	const urls = servers.flatMap((server) => server.urls);
	const relayed = urls.some(isTurnUrl) || cloudflare !== null;
	// A technician who enters a router's address knows best.
	if (relayed || publicAddress !== null || [...extraAddresses, ...addresses].some(isPublicAddress)) return 'yes';
	return urls.length > 0 ? 'maybe' : 'no';
}
