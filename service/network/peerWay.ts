/** Which way a client came in, and which addresses make sense between it and this machine. */
import { type BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isIn, isLoopbackAddress, isPrivate, listOf } from '../util/addresses.js';

export interface PeerWay {
	/** machine: a program on this machine. lan: a client on a network of the house. outside: any other, or behind a proxy. */
	from: 'machine' | 'lan' | 'outside';
	/** The address of this machine that the client used; null when something stands in between. */
	called: string | null;
}

/** Unusable addresses (RFC 6890): this network, multicast, broadcast; site-local is deprecated. */
const nowhere = listOf(['0.0.0.0/8', '224.0.0.0/3', '::/128', 'fec0::/10', 'ff00::/8']);
/** IPv4-mapped IPv6; in a BlockList the second prefix matches all of IPv4. */
const dressed = listOf(['::/96', '::ffff:0:0/96']);
const ipv6Loopback = listOf(['::1/128']);
const loopback = listOf(['127.0.0.0/8', '::1/128']);

/**
 * Whether media may be sent to an address that such a peer names. Private addresses are for peers on the house network,
 * loopback for programs on this machine: nobody may make the studio probe other addresses.
 */
export function mayBeAt(address: string, { from }: PeerWay, interfaces = networkInterfaces()): boolean {
	if (isIP(address) === 0 || (isIP(address) === 6 && !isIn(ipv6Loopback, address) && isIn(dressed, address))) return false;
	if (from !== 'machine' && (isIn(loopback, address) || isIn(ownAddresses(interfaces), address))) return false;
	if (isIn(loopback, address)) return true;
	return !isIn(nowhere, address) && !isBroadcast(address, interfaces) && (from !== 'outside' || !isPrivate(address));
}

function ownAddresses(interfaces: ReturnType<typeof networkInterfaces>): BlockList {
	return listOf(Object.values(interfaces).flatMap((found) => (found ?? []).map(({ address }) => address)));
}

/** The broadcast address of a network of this machine. */
function isBroadcast(address: string, interfaces: ReturnType<typeof networkInterfaces>): boolean {
	return Object.values(interfaces)
		.flatMap((found) => found ?? [])
		.some(({ family, cidr }) => {
			const [network = '', bits = '32'] = (cidr ?? '').split('/');
			if (family !== 'IPv4' || Number(bits) > 30 || isIP(address) !== 4) return false;
			const hosts = 2 ** (32 - Number(bits));
			return numberOf(address) === Math.floor(numberOf(network) / hosts) * hosts + hosts - 1;
		});
}

function numberOf(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/**
 * Addresses of this machine in the order this client should try them: the one it used first, then as listed; IPv4 before IPv6,
 * which fewer clients have. Loopback only for clients on loopback.
 */
export function inOrder<T extends { address: string }>(candidates: T[], { called }: PeerWay, listed: readonly string[]): T[] {
	const place = ({ address }: T): number => {
		if (address === called) return -1;
		if (isLoopbackAddress(address)) return 0;
		const index = listed.indexOf(address);
		return (index < 0 ? listed.length : index) + (isIP(address) === 6 ? 1000 : 1);
	};
	return candidates
		.filter(({ address }) => !isLoopbackAddress(address) || isLoopbackAddress(called ?? ''))
		.sort((a, b) => place(a) - place(b));
}
