import type { Candidate, Connection, ServerCheck } from '../contract/connection.js';
import type { NetworkSettings } from '../settings/network.js';
import { isLoopbackAddress, isPrivate } from '../util/addresses.js';

/** What is known about two sides that do not connect. */
export interface Symptoms {
	connection: Connection;
	servers: ServerCheck[];
	settings: Pick<NetworkSettings, 'policy' | 'publicAddress' | 'servers' | 'cloudflare'>;
	/** As the element reported it. */
	reason: string;
}

/** Explains to operator and guest why two sides do not connect, and what would help. Contains no secrets. */
export function diagnose({ connection, servers, settings, reason }: Symptoms): string {
	const { pair, dtls, local, remote } = connection;
	if (/fingerprint/.test(reason)) return reason;
	if (pair && dtls !== 'connected') {
		return (
			`The studio (${show(pair.local)}) and the other side (${show(pair.remote)}) reach each other, but the encryption ` +
			`between them failed (DTLS ${dtls}). A firewall that lets only some packets through can cause this; try another network.`
		);
	}
	const parts = [
		remote.length === 0
			? 'The other side sent no address that the studio can use, and none of its packets arrived.'
			: `No path was found between the studio (${list(local)}) and the other side (${list(remote)}).`,
	];
	const turn = servers.filter(({ kind }) => kind === 'turn');
	const relayed = local.some(({ type }) => type === 'relay');
	const failed = turn.filter(({ state, unused }) => state === 'failed' && (unused === null || !relayed));
	parts.push(...failed.map(({ name, url, message }) => `TURN server "${name}" (${url}): ${message}.`));
	if (settings.policy === 'relay' && !relayed)
		parts.push('Only relayed paths are allowed, and the studio got no address from a TURN server.');
	else if (
		turn.length === 0 &&
		settings.servers.every(({ urls }) => urls.every((url) => /^stun/i.test(url))) &&
		!settings.cloudflare
	)
		parts.push(
			local.every(({ address }) => isPrivate(address)) && settings.publicAddress === null
				? 'From another network this is expected: neither a TURN server nor a public address is configured. A technician can set them on the Network page.'
				: 'A firewall blocks UDP, or the ports are not forwarded; a TURN server helps in both cases (Network page).',
		);
	else if (failed.length === 0)
		parts.push(
			remote.some(({ type }) => type === 'relay')
				? 'Both sides have a relay, but nothing gets through: the TURN server may not allow it.'
				: 'The TURN server answers the studio, but the other side sent no relayed address: its network may block the server.',
		);
	return parts.join(' ');
}

function list(candidates: Candidate[]): string {
	const shown = [...new Set(candidates.filter(({ address }) => !isLoopbackAddress(address)).map(show))];
	if (shown.length === 0) return candidates.length === 0 ? 'no address' : 'itself only';
	return shown.length > 4 ? `${shown.slice(0, 4).join(', ')} and ${shown.length - 4} more` : shown.join(', ');
}

const kinds: Record<string, string> = { srflx: ' by NAT', prflx: ' by NAT', relay: ' by relay' };

function show({ address, type, transport }: Candidate): string {
	return `${address}${kinds[type] ?? ''}${transport === 'tcp' ? ' by TCP' : ''}`;
}
