/** ICE candidates as text (RFC 8839 §5.1): what is worth passing on. */

/** Longer lines and more of them than any client sends. */
const maxLength = 512;
export const maxCandidates = 64;

const pattern =
	/^candidate:(?<foundation>[\w+/-]{1,32}) (?<component>\d{1,3}) (?<transport>\S{1,8}) (?<priority>\d{1,10}) (?<address>[0-9a-z.:-]{1,255}) (?<port>\d{1,5}) typ (?<type>host|srflx|prflx|relay)\b/i;

export interface Candidate {
	/** `candidate:…` without `a=`. */
	text: string;
	address: string;
	port: number;
	type: string;
}

/**
 * The candidate in a line (`a=candidate:…` or `candidate:…`), or null when this machine cannot use it: another transport than UDP,
 * RTCP of its own (everything is muxed), an mDNS name (nothing here resolves `.local`, and webrtcbin 1.22 loses a second trying;
 * such a peer is found as peer-reflexive), a link-local address, or no candidate at all. RFC 9725 §4.3.2: discard silently.
 */
export function usableCandidate(line: string): Candidate | null {
	const text = line.trim().replace(/^a=/, '');
	if (text.length > maxLength) return null;
	const found = pattern.exec(text)?.groups;
	if (!found) return null;
	const address = found.address!.toLowerCase();
	const port = Number(found.port);
	if (found.transport!.toLowerCase() !== 'udp' || found.component !== '1') return null;
	if (!isAddress(address) || address.startsWith('fe80:') || address.startsWith('169.254.') || port < 1 || port > 65_535)
		return null;
	return { text, address, port, type: found.type!.toLowerCase() };
}

/** Usable ones, each address and port once, in their order. */
export function usableCandidates(lines: string[]): Candidate[] {
	const seen = new Set<string>();
	const kept: Candidate[] = [];
	for (const line of lines) {
		const candidate = usableCandidate(line);
		const key = candidate && `${candidate.type} ${candidate.address} ${candidate.port}`;
		if (!candidate || !key || seen.has(key)) continue;
		seen.add(key);
		kept.push(candidate);
	}
	return kept;
}

export function isLoopback(address: string): boolean {
	return address.startsWith('127.') || address === '::1';
}

function isAddress(text: string): boolean {
	return text.includes(':') ? /^[0-9a-f:]+(\.\d+){0,3}$/.test(text) : /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
}
