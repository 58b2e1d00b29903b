/** ICE candidates as text (RFC 8839 §5.1), and which of them are usable. */
import { isIP } from 'node:net';
import { mayBeAt, type PeerWay } from '../network/peerWay.js';
import { isLoopbackAddress } from '../util/addresses.js';

/** Longer than any client sends. */
const maxLength = 512;
/**
 * How many candidates one peer may send: enough for a host with four networks, each also seen by a STUN server and a relay.
 * Many at one address are a NAT that gives every socket its own port.
 */
export const maxCandidates = 12;
const maxAtAddress = 3;
/** Clients and NATs use no well-known ports (RFC 4787 REQ-3). */
const firstPort = 1024;

const pattern =
	/^candidate:(?<foundation>[\w+/-]{1,32}) (?<component>\d{1,3}) (?<transport>\S{1,8}) (?<priority>\d{1,10}) (?<address>[0-9a-z.:-]{1,255}) (?<port>\d{1,5}) typ (?<type>host|srflx|prflx|relay)\b/i;

export interface Candidate {
	/** `candidate:…` without `a=`. */
	text: string;
	transport: 'udp' | 'tcp';
	/** As written, in lower case. */
	address: string;
	port: number;
	type: string;
}

/**
 * The candidate in a line (`a=candidate:…` or `candidate:…`), or null when this machine cannot use it: a transport other than UDP
 * (with `tcp`, also one that waits for TCP connections), separate RTCP (everything is muxed), an mDNS name (nothing here resolves
 * `.local`, and webrtcbin 1.22 loses a second trying; such a peer is found as peer-reflexive), a link-local address, or no
 * candidate at all. RFC 9725 §4.3.2: discard silently.
 */
export function usableCandidate(line: string, { tcp = false } = {}): Candidate | null {
	const text = line.trim().replace(/^a=/, '');
	if (text.length > maxLength) return null;
	const found = pattern.exec(text)?.groups;
	if (!found) return null;
	const address = found.address!.toLowerCase();
	const port = Number(found.port);
	const udp = found.transport!.toLowerCase() === 'udp';
	if ((!udp && !(tcp && / tcptype passive\b/.test(text))) || found.component !== '1') return null;
	if (isIP(address) === 0 || address.startsWith('fe80:') || address.startsWith('169.254.') || port < 1 || port > 65_535)
		return null;
	return { text, transport: udp ? 'udp' : 'tcp', address, port, type: found.type!.toLowerCase() };
}

/** The usable ones, each address and port once, in order. */
export function usableCandidates(lines: string[], options = { tcp: false }): Candidate[] {
	const seen = new Set<string>();
	const kept: Candidate[] = [];
	for (const line of lines) {
		const candidate = usableCandidate(line, options);
		const key = candidate && `${candidate.transport} ${candidate.type} ${candidate.address} ${candidate.port}`;
		if (!candidate || !key || seen.has(key)) continue;
		seen.add(key);
		kept.push(candidate);
	}
	return kept;
}

/** The addresses a peer has sent. */
export class PeerCandidates {
	readonly #kept: Candidate[] = [];

	constructor(private readonly way: PeerWay) {}

	/** The candidate as text, or null when it is unusable, pointless for this peer's way in, known already, or one too many. */
	add(line: string): string | null {
		const candidate = usableCandidate(line);
		if (!candidate || this.#kept.length >= maxCandidates) return null;
		const { address, port, text } = candidate;
		if (port < firstPort || !mayBeAt(address, this.way)) return null;
		const there = this.#kept.filter((kept) => kept.address === address);
		if (there.length >= maxAtAddress || there.some((kept) => kept.port === port)) return null;
		this.#kept.push(candidate);
		return text;
	}
}

/**
 * The same ports at other addresses, as forwarded by a router: for peers they look like server-reflexive ones (RFC 8839 §5.1).
 * One per port and address of the same family.
 */
export function forwardedCandidates(found: Candidate[], addresses: string[]): Candidate[] {
	const hosts = found.filter(
		({ type, address, transport }) => type === 'host' && transport === 'udp' && !isLoopbackAddress(address),
	);
	return addresses.flatMap((address, nth) => {
		const same = hosts.filter((host) => host.address.includes(':') === address.includes(':'));
		const ports = new Map(same.map((host) => [host.port, host]));
		return [...ports.values()].map(({ address: base, port }, index): Candidate => {
			// RFC 8445 §5.1.2.1, server reflexive.
			const priority = 100 * 2 ** 24 + (65_535 - nth * 64 - index) * 2 ** 8 + 255;
			const text = `candidate:f${nth}${index} 1 UDP ${priority} ${address} ${port} typ srflx raddr ${base} rport ${port}`;
			return { text, transport: 'udp', address, port, type: 'srflx' };
		});
	});
}
