import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { houseNetworks } from '../util/addresses.js';
import type { Ports } from './openPorts.js';

/** Rules that a technician adds for other programs, inside the chain. */
const ownRules = '/etc/r58/firewall.d/*.nft';
const standardSshPort = 22;

/**
 * A table of its own, so that other rules stay as they are. Everything not listed is blocked. Existing connections go on, and
 * SSH stays open whatever the settings say.
 */
export function firewallRules({ tcp, udp, house, networks }: Ports, ssh: number[]): string {
	const all = [...houseNetworks, ...networks];
	const rules = [
		...tcp.map(rule('tcp')),
		...udp.map(rule('udp')),
		...house.map(rule('ip saddr @house4 tcp')),
		...house.map(rule('ip6 saddr @house6 tcp')),
	];
	return `table inet r58
delete table inet r58
table inet r58 {
	${addressSet(
		'house4',
		'ipv4_addr',
		all.filter((network) => !network.includes(':')),
	)}
	${addressSet(
		'house6',
		'ipv6_addr',
		all.filter((network) => network.includes(':')),
	)}
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state vmap { established : accept, related : accept, invalid : drop }
		meta l4proto { icmp, ipv6-icmp, igmp } accept
		udp dport { 68, 546 } accept comment "DHCP replies"
		udp dport 5353 accept comment "mDNS: the name HOST.local"
		tcp dport { ${ssh.join(', ')} } accept comment "SSH"
		${rules.join('\n\t\t')}
		include "${ownRules}"
		meta l4proto tcp counter reject with tcp reset
		counter drop
	}
}
`;
}

/** Overlapping networks are merged. */
function addressSet(name: string, type: 'ipv4_addr' | 'ipv6_addr', networks: string[]): string {
	return `set ${name} { type ${type}; flags interval; auto-merge; elements = { ${networks.join(', ')} }; }`;
}

/** One rule per range: overlapping ranges are not allowed in one set. */
function rule(match: string) {
	return ([first, last]: [number, number]): string =>
		`${match} dport ${first === last ? first : `${first}-${last}`} accept comment "R58 Studio"`;
}

/** The standard port, and those that the configuration of OpenSSH (sshd_config(5)) or its socket unit names. */
export function sshPorts(root = '/'): number[] {
	const texts = [
		...textsOf(root, 'etc/ssh', /^sshd_config$/),
		...textsOf(root, 'etc/ssh/sshd_config.d', /\.conf$/),
		...textsOf(root, 'etc/systemd/system/ssh.socket.d', /\.conf$/),
	];
	const lines = /^\s*(?:Port\s+|ListenAddress\s+\S+:|ListenStream\s*=\s*(?:\S+:)?)(\d{1,5})\s*(?:#.*)?$/gim;
	const found = texts.flatMap((text) => [...text.matchAll(lines)].map((match) => Number(match[1])));
	return [...new Set([standardSshPort, ...found])].filter((port) => port > 0 && port <= 65_535);
}

function textsOf(root: string, folder: string, name: RegExp): string[] {
	const path = join(root, folder);
	if (!existsSync(path)) return [];
	return readdirSync(path)
		.filter((file) => name.test(file))
		.map((file) => readFileSync(join(path, file), 'utf8'));
}
