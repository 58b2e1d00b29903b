import { BlockList, isIP, isIPv6 } from 'node:net';
import { householdOf } from '../util/addresses.js';

/** Names that do not exist on the internet (RFC 6762, RFC 6761), and networks it does not route. */
const privateNames = ['local', 'localhost'];
const privateNetworks = [
	'10.0.0.0/8',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'169.254.0.0/16',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'fc00::/7',
	'fe80::/10',
	'::1/128',
];
/** Tags of ASN.1 DER, as RFC 5280 §4.2.1.10 uses them. */
const tag = { sequence: 0x30, permitted: 0xa0, dns: 0x82, ip: 0x87 };
export const nameConstraintsId = '2.5.29.30';

/** What an authority may sign for: domains with their subdomains, and networks. */
export interface Permitted {
	names: string[];
	networks: string[];
}

/** For the authority of a machine with these names: the machine itself, and everything that is not public. */
export function permittedFor(machineNames: readonly string[]): Permitted {
	const base: Permitted = { names: privateNames, networks: privateNetworks };
	// An empty name would permit everything.
	const own = machineNames.filter((name) => name !== '' && !permits(base, name));
	// IPv6 privacy addresses change daily within their network (RFC 8981).
	const networkBy = (address: string) => (isIPv6(address) ? `${householdOf(address)}::/64` : `${address}/32`);
	return {
		names: [...privateNames, ...own.filter((name) => isIP(name) === 0)],
		networks: [...privateNetworks, ...new Set(own.filter((name) => isIP(name) !== 0).map(networkBy))],
	};
}

export function permits({ names, networks }: Permitted, name: string): boolean {
	if (isIP(name) === 0) return names.some((domain) => sameOrBelow(name.toLowerCase(), domain.toLowerCase()));
	const list = new BlockList();
	for (const network of networks) {
		const [address = '', bits] = network.split('/');
		list.addSubnet(address, Number(bits), familyOf(address));
	}
	return list.check(name, familyOf(name));
}

/** The value of the extension, as DER. */
export function encodeConstraints({ names, networks }: Permitted): Buffer {
	const bases = [
		...names.map((name) => der(tag.dns, Buffer.from(name, 'ascii'))),
		...networks.map((network) => der(tag.ip, networkBytes(network))),
	];
	return der(tag.sequence, der(tag.permitted, Buffer.concat(bases.map((base) => der(tag.sequence, base)))));
}

/** Null when names or addresses are unbounded: a kind without a base is unrestricted (RFC 5280 §4.2.1.10). */
export function decodeConstraints(value: Uint8Array): Permitted | null {
	const [sequence] = children(Buffer.from(value));
	const permitted = sequence && children(sequence.content).find(({ id }) => id === tag.permitted);
	if (!permitted) return null;
	const bases = children(permitted.content).flatMap(({ content }) => children(content).slice(0, 1));
	const names = bases.filter(({ id }) => id === tag.dns).map(({ content }) => content.toString('ascii'));
	const networks = bases.filter(({ id }) => id === tag.ip).map(({ content }) => networkText(content));
	return names.length > 0 && networks.length > 0 ? { names, networks } : null;
}

function sameOrBelow(name: string, domain: string): boolean {
	return name === domain || name.endsWith(`.${domain}`);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
	return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** Address and mask. */
function networkBytes(network: string): Buffer {
	const [address = '', bits] = network.split('/');
	const bytes = addressBytes(address);
	const mask = bytes.map((_, index) => 0xff & (0xff00 >> Math.max(0, Math.min(8, Number(bits) - index * 8))));
	return Buffer.from([...bytes, ...mask]);
}

function networkText(bytes: Buffer): string {
	const half = bytes.length / 2;
	const address = [...bytes.subarray(0, half)];
	const bits = [...bytes.subarray(half)].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
	if (half === 4) return `${address.join('.')}/${bits}`;
	const groups = Array.from({ length: 8 }, (_, index) => ((address[2 * index]! << 8) | address[2 * index + 1]!).toString(16));
	return `${groups.join(':')}/${bits}`;
}

function addressBytes(address: string): number[] {
	if (!isIPv6(address)) return address.split('.').map(Number);
	const [head = '', tail = ''] = address.split('::');
	const [first, last] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
	const zeros = address.includes('::') ? Array<string>(8 - first!.length - last!.length).fill('0') : [];
	return [...first!, ...zeros, ...last!].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}

/** One element; lengths below 64 kB. */
function der(id: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([id, ...size]), content]);
}

/** The elements inside, up to the first incomplete one. */
function children(bytes: Buffer): { id: number; content: Buffer }[] {
	const found: { id: number; content: Buffer }[] = [];
	for (let at = 0; at + 2 <= bytes.length; ) {
		const [id, first] = [bytes[at]!, bytes[at + 1]!];
		const start = at + 2 + (first & 0x80 ? first & 0x7f : 0);
		if (start > at + 4 || start > bytes.length) break;
		const length = start === at + 2 ? first : bytes.readUIntBE(at + 2, start - at - 2);
		if (start + length > bytes.length) break;
		found.push({ id, content: bytes.subarray(start, start + length) });
		at = start + length;
	}
	return found;
}
