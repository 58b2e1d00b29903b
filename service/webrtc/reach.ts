import type { Reach } from '../api/schema.js';
import { isPublicAddress } from '../network/addresses.js';
import type { NetworkSettings } from '../settings/network.js';

/**
 * Whether media can flow to a guest who came by the public name, as far as settings tell before anything is tried: a proxy or
 * tunnel carries the page and the calls, never the media.
 */
export function mediaOutside(network: NetworkSettings, addresses: readonly string[]): Reach['media'] {
	const { servers, cloudflare, publicAddress, extraAddresses } = network;
	const has = (kind: RegExp) => servers.some(({ urls }) => urls.some((url) => kind.test(url)));
	const relayed = has(/^turns?:/i) || cloudflare !== null;
	// A technician who names an address of a router knows better than any list.
	if (relayed || publicAddress !== null || [...extraAddresses, ...addresses].some(isPublicAddress)) return 'yes';
	return has(/^stuns?:/i) ? 'maybe' : 'no';
}
