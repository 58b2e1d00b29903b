import { type BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isIn, listOf } from '../util/addresses.js';

const kinds: [what: string, list: BlockList][] = [
	// RFC 1122 §3.2.1.3, RFC 4291 §2.5.2.
	['not the address of a machine', listOf(['0.0.0.0/8', '::'])],
	['this machine', listOf(['127.0.0.0/8', '::1'])],
	// RFC 5771, RFC 4291 §2.7.
	['a multicast group', listOf(['224.0.0.0/4', 'ff00::/8'])],
	['a broadcast address', listOf(['255.255.255.255'])],
];

/** What an address stands for when it is not one other machine, else null. IPv4 inside IPv6 (::ffff:…) counts as IPv4. */
export function specialAddress(
	address: string,
	interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string | null {
	const plain = address.split('%')[0]!;
	const found = kinds.find(([, list]) => isIn(list, plain));
	if (found) return found[0];
	for (const { address: own, netmask, family } of Object.values(interfaces).flatMap((infos) => infos ?? [])) {
		const only = listOf([own.split('%')[0]!]);
		if (isIn(only, plain)) return 'this machine';
		if (family === 'IPv4' && isIn(listOf([broadcastOf(own, netmask)]), plain)) return 'a broadcast address';
	}
	return null;
}

/** The last address of a network. */
function broadcastOf(address: string, netmask: string): string {
	if (isIP(address) !== 4 || isIP(netmask) !== 4) return '';
	const mask = netmask.split('.').map(Number);
	const bytes = address.split('.').map((byte, at) => (Number(byte) | ~mask[at]!) & 255);
	// A network of one or two machines has none (RFC 3021).
	return mask[3]! >= 254 ? '' : bytes.join('.');
}
