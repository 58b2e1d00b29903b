import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Private ranges (RFC 1918, 4193) and link-local: not routed on the internet. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'];
const privateRanges = listOf([...privateNetworks, '127.0.0.0/8', '::1/128']);

/** RFC 6598: used behind carrier NAT, and by Tailscale. */
const sharedNetworks = ['100.64.0.0/10'];
const sharedRange = listOf(sharedNetworks);

/** Networks that belong to every house, besides this machine itself. */
export const houseNetworks: readonly string[] = [...privateNetworks, ...sharedNetworks];

/** Not internet addresses either (RFC 6890): documentation, benchmarks, multicast. */
const specialRanges = listOf([
	'0.0.0.0/8',
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

/** The addresses and networks (`192.0.2.0/24`) of a list; other entries are ignored. */
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

/** The plain form of a dual-stack socket's address: no `::ffff:` before IPv4, no zone. */
export function plainAddress(address: string | undefined): string {
	return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0]!;
}

/** What counts as one client: an IPv4 address, or an IPv6 /64, the least that a household gets. */
export function householdOf(address: string): string {
	if (isIP(address) !== 6) return address;
	const [head = '', tail] = address.split('::');
	const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
	const rest = groups(tail ?? '');
	const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups(head).length - rest.length);
	const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...rest];
	return all
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(':');
}

/**
 * Whether an address is on a network of this house: private, a VPN's (RFC 6598), this machine's own, or on an IPv6 network that
 * this machine is on. Others on the same network of public IPv4 addresses are strangers.
 */
export function isLanAddress(address: string, interfaces = networkInterfaces()): boolean {
	if (isPrivate(address)) return true;
	const own = Object.values(interfaces).some((infos) => (infos ?? []).some((info) => info.address === address));
	return own || isIn(listOf(ownNetworks(interfaces)), address);
}

/** IPv6 networks that this machine is on, without private ones. */
export function ownNetworks(interfaces = networkInterfaces()): string[] {
	const cidrs = Object.values(interfaces).flatMap((infos) =>
		(infos ?? []).flatMap(({ family, address, cidr }) =>
			family === 'IPv6' && cidr !== null && !isPrivate(address) ? [cidr] : [],
		),
	);
	return [...new Set(cidrs)].sort();
}

/** Whether the internet routes an address. */
export function isPublicAddress(address: string): boolean {
	return isIP(address) !== 0 && !isPrivate(address) && !isIn(specialRanges, address);
}

/** Addresses by which others on the network reach this machine, IPv4 first. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
	const addresses = Object.values(interfaces)
		.flatMap((found) => found ?? [])
		.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
		.map(({ address }) => address);
	return addresses.sort((a, b) => isIP(a) - isIP(b));
}

export interface LocalAddress {
	interface: string;
	address: string;
	family: 'IPv4' | 'IPv6';
	/** lan: private. public: reachable from the internet unless a firewall blocks it. */
	kind: 'lan' | 'vpn' | 'public' | 'loopback';
	/** For display: "Tailscale", "WireGuard", "local network"… */
	name: string;
}

/** By the names their programs give them. */
const vpns: [RegExp, string][] = [
	[/^tailscale/, 'Tailscale'],
	[/^wg/, 'WireGuard'],
	[/^zt/, 'ZeroTier'],
	[/^(nebula|netbird|wt\d)/, 'NetBird or Nebula'],
	[/^(tun|tap|utun)/, 'VPN'],
];

/** Every address of this machine that peers may be told, without link-local ones. */
export function localAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): LocalAddress[] {
	return Object.entries(interfaces).flatMap(([name, infos = []]) =>
		infos
			.filter(({ address }) => !/^(fe80:|169\.254\.)/i.test(address))
			.map(({ address, family }) => ({ interface: name, address, family, ...describe(name, address) })),
	);
}

function describe(name: string, address: string): Pick<LocalAddress, 'kind' | 'name'> {
	if (isLoopbackAddress(address)) return { kind: 'loopback', name: 'this machine' };
	const vpn = vpns.find(([pattern]) => pattern.test(name))?.[1] ?? (isTailscale(address) ? 'Tailscale' : null);
	if (vpn) return { kind: 'vpn', name: vpn };
	if (isPrivate(address)) return { kind: 'lan', name: 'local network' };
	return { kind: 'public', name: 'internet' };
}

export function isLoopbackAddress(address: string): boolean {
	return address.startsWith('127.') || address === '::1';
}

/** Includes Tailscale's own IPv6 prefix. */
function isTailscale(address: string): boolean {
	return isIn(sharedRange, address) || /^fd7a:115c:a1e0:/i.test(address);
}

/** Not routed on the internet, carrier NAT included. */
export function isPrivate(address: string): boolean {
	return isIn(privateRanges, address) || isIn(sharedRange, address);
}

/** As written in a URL. */
export function urlHost(address: string): string {
	return isIP(address) === 6 ? `[${address}]` : address;
}
