import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Private ranges (RFC 1918, 4193), link-local and loopback: what no router of the internet forwards. */
const privateRanges = listOf([
	'10.0.0.0/8',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'169.254.0.0/16',
	'127.0.0.0/8',
	'fc00::/7',
	'fe80::/10',
	'::1/128',
]);

/** What is no address of the internet either (RFC 6890): carriers' NAT and VPNs, documentation, measurements, groups. */
const specialRanges = listOf([
	'0.0.0.0/8',
	'100.64.0.0/10',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/3',
	'::/128',
	'100::/64',
	'2001:db8::/32',
	'ff00::/8',
]);

/** The addresses and networks (`192.0.2.0/24`) of a list; what is neither is left out. */
export function listOf(entries: readonly string[]): BlockList {
	const list = new BlockList();
	for (const entry of entries) {
		const [address = '', bits] = entry.split('/');
		if (isIP(address) === 0) continue;
		if (bits === undefined) list.addAddress(address, family(address));
		else list.addSubnet(address, Number(bits), family(address));
	}
	return list;
}

export function isIn(list: BlockList, address: string): boolean {
	return isIP(address) !== 0 && list.check(address, family(address));
}

/** As a dual-stack socket gives it, in its plain form: no `::ffff:` before IPv4, no zone. */
export function plainAddress(address: string | undefined): string {
	return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0]!;
}

/** Whether an address is on a network of this house: a private one, or one that this machine is on itself. */
export function isLanAddress(address: string, interfaces = networkInterfaces()): boolean {
	if (isIn(privateRanges, address)) return true;
	const own = Object.values(interfaces).flatMap((addresses) => (addresses ?? []).map(({ cidr }) => cidr));
	return isIn(listOf(own.filter((cidr) => cidr !== null)), address);
}

/** Whether the internet knows a way to an address. */
export function isPublicAddress(address: string): boolean {
	return isIP(address) !== 0 && !isIn(privateRanges, address) && !isIn(specialRanges, address);
}

/** Addresses by which others on the network reach this machine, IPv4 first. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
	const addresses = Object.values(interfaces)
		.flatMap((found) => found ?? [])
		.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
		.map(({ address }) => address);
	return addresses.sort((a, b) => isIP(a) - isIP(b));
}
