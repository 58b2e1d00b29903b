import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

export interface LocalAddress {
	interface: string;
	address: string;
	family: 'IPv4' | 'IPv6';
	/** lan: of private use. public: the internet reaches it unless a firewall forbids. */
	kind: 'lan' | 'vpn' | 'public' | 'loopback';
	/** For a person: "Tailscale", "WireGuard", "local network"… */
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

/** Every address of this machine that a peer may be told, link-local ones left out. */
export function localAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): LocalAddress[] {
	return Object.entries(interfaces).flatMap(([name, infos = []]) =>
		infos
			.filter(({ address }) => !/^(fe80:|169\.254\.)/i.test(address))
			.map(({ address, family }) => ({ interface: name, address, family, ...describe(name, address) })),
	);
}

function describe(name: string, address: string): Pick<LocalAddress, 'kind' | 'name'> {
	if (isLoopbackAddress(address)) return { kind: 'loopback', name: 'this machine itself' };
	const vpn = vpns.find(([pattern]) => pattern.test(name))?.[1] ?? (isTailscale(address) ? 'Tailscale' : null);
	if (vpn) return { kind: 'vpn', name: vpn };
	if (isPrivate(address)) return { kind: 'lan', name: 'local network' };
	return { kind: 'public', name: 'internet' };
}

export function isLoopbackAddress(address: string): boolean {
	return address.startsWith('127.') || address === '::1';
}

/** 100.64.0.0/10 (RFC 6598) is also what carriers use behind their NAT; and Tailscale's own IPv6 prefix. */
function isTailscale(address: string): boolean {
	const [first, second] = address.split('.').map(Number);
	return (first === 100 && second! >= 64 && second! < 128) || /^fd7a:115c:a1e0:/i.test(address);
}

/** RFC 1918, RFC 4193, and what is not routed anyway. */
export function isPrivate(address: string): boolean {
	if (address.includes(':')) return /^(f[cd]|fe80:|::1$)/i.test(address);
	const [first, second] = address.split('.').map(Number);
	return (
		first === 10 ||
		first === 127 ||
		(first === 172 && second! >= 16 && second! < 32) ||
		(first === 192 && second === 168) ||
		(first === 169 && second === 254) ||
		(first === 100 && second! >= 64 && second! < 128)
	);
}
