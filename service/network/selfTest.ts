import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { ServerCheck } from '../contract/connection.js';
import type { NetworkTest, NetworkTestItem } from '../contract/network.js';
import type { NetworkSettings } from '../settings/network.js';
import type { LocalAddress } from '../util/addresses.js';
import { messageOf } from '../util/errors.js';
import { within } from '../util/within.js';
import { sendThroughTurn } from './serverCheck.js';
import type { ServerEntry } from './servers.js';
import type { ServerAddress } from './transport.js';

export interface SelfTestOptions {
	settings: NetworkSettings;
	addresses: (LocalAddress & { used: boolean })[];
	servers: ServerCheck[];
	entries: ServerEntry[];
	addressOf: (entry: ServerEntry) => Promise<ServerAddress | null>;
	publicPage: string | null;
}

const arriveMs = 2500;
const pageMs = 5000;
/** Within the first kilobyte of the panel's index.html. */
const pageTitle = '<title>R58 Studio</title>';
const pageStartBytes = 16_384;

/** Which ways in work, what guests outside will experience, and what to change. Takes at most about 15 s. */
export async function selfTest(o: SelfTestOptions): Promise<NetworkTest> {
	const items = [
		lan(o),
		stun(o),
		relay(o, 'udp', 'turn-udp', 'TURN by UDP'),
		relay(o, 'tcp', 'turn-tcp', 'TURN by TCP'),
		relay(o, 'tls', 'turn-tls', 'TURN by TLS'),
		...(await Promise.all([forwarded(o), page(o)])),
	];
	return { items, outside: outside(items, o.settings), testedAt: new Date().toISOString() };
}

function item(
	id: NetworkTestItem['id'],
	label: string,
	state: NetworkTestItem['state'],
	message: string,
	remedy: string | null = null,
): NetworkTestItem {
	return { id, label, state, message, remedy };
}

function lan({ addresses, settings }: SelfTestOptions): NetworkTestItem {
	const used = addresses.filter(({ used, kind }) => used && kind !== 'loopback');
	if (settings.policy === 'relay') return item('lan', 'Local network', 'off', 'Only relayed paths are allowed (policy: relay).');
	if (used.length > 0)
		return item(
			'lan',
			'Local network',
			'ok',
			`Reached at ${used.map(({ address, name }) => `${address} (${name})`).join(', ')}.`,
		);
	const chosen = settings.interfaces.join(', ');
	return item(
		'lan',
		'Local network',
		'fails',
		chosen ? `None of the selected interfaces (${chosen}) has an address.` : 'This machine has no address.',
		chosen ? 'Select existing interfaces, or none to use all.' : 'Plug in the network cable and check the DHCP server.',
	);
}

function stun({ servers, settings }: SelfTestOptions): NetworkTestItem {
	const label = 'Public address by STUN';
	const asked = servers.filter(({ kind }) => kind === 'stun');
	if (asked.length === 0)
		return item('stun', label, 'off', 'No STUN server configured.', 'Add one, for example stun:stun.cloudflare.com:3478.');
	const working = asked.filter(({ state, address }) => state === 'ok' && address !== null);
	if (working.length === 0) {
		const why = asked.map(({ url, message }) => `${url}: ${message}`).join('; ');
		return item('stun', label, 'fails', `${why}.`, 'Check the server’s address; a firewall may block outgoing UDP.');
	}
	const seen = [...new Set(working.map(({ address }) => address!))];
	const text = `From outside, this machine is ${seen.join(' or ')}.`;
	if (settings.publicAddress !== null && !seen.includes(settings.publicAddress))
		return item(
			'stun',
			label,
			'fails',
			`${text} The settings say ${settings.publicAddress}.`,
			`Set the public address to ${seen[0]}.`,
		);
	return item('stun', label, 'ok', text);
}

function relay(
	{ servers }: SelfTestOptions,
	transport: ServerCheck['transport'],
	id: NetworkTestItem['id'],
	label: string,
): NetworkTestItem {
	const asked = servers.filter((server) => server.kind === 'turn' && server.transport === transport);
	if (asked.length === 0) {
		const example = { udp: 'turn:HOST:3478', tcp: 'turn:HOST:3478?transport=tcp', tls: 'turns:HOST:5349' }[transport];
		return item(id, label, 'off', 'No server configured.', `Add ${example} to the addresses of a TURN server.`);
	}
	const text = asked.map(({ name, url, message }) => `${name} (${url}): ${message}`).join('; ');
	if (asked.some(({ state }) => state === 'ok')) return item(id, label, 'ok', `${text}.`);
	const login = asked.some(({ message }) => /password|credential/.test(message));
	return item(
		id,
		label,
		'fails',
		`${text}.`,
		login
			? 'Check the user name and password, or the secret, of this server.'
			: 'Check that the server runs, its address, and that a firewall allows this port.',
	);
}

/** A datagram from a TURN server to the public address arrives through the router, as a guest's would. */
async function forwarded({ settings, entries, addressOf }: SelfTestOptions): Promise<NetworkTestItem> {
	const label = 'Forwarded ports';
	const { publicAddress, ports } = settings;
	const range = `UDP ${ports.first}–${ports.last}`;
	if (publicAddress === null) {
		const remedy = `If the router can forward ${range} to this machine, do so and set the public address: direct paths are shorter than TURN.`;
		return item('forwarded-port', label, 'off', 'No public address set.', remedy);
	}
	if (publicAddress.includes(':')) return item('forwarded-port', label, 'unknown', 'Not tested for IPv6.');
	const turn = entries.find(({ parsed }) => parsed.kind === 'turn' && parsed.transport !== 'tls');
	const server = turn && (await addressOf(turn));
	if (!server) {
		const message = 'Testing this needs a TURN server, and none is configured.';
		return item(
			'forwarded-port',
			label,
			'unknown',
			message,
			`Forward ${range} to this machine and ask somebody outside to join.`,
		);
	}
	const login = { username: turn.username ?? '', password: turn.credential ?? '' };
	const knocked = await knock(ports, async (port, data) => {
		const sent = await sendThroughTurn(server, login, { address: publicAddress, port }, data);
		if (!sent.ok) throw new Error(sent.message);
	});
	if (knocked === null) return item('forwarded-port', label, 'ok', `A datagram to ${publicAddress} came in through the router.`);
	const remedy = `Forward ${range} of ${publicAddress} to this machine on the router, with the same port numbers.`;
	return item('forwarded-port', label, 'fails', knocked, remedy);
}

/** Null when what `send` sent to a free port of the range arrived, else why not. */
async function knock(
	{ first, last }: NetworkSettings['ports'],
	send: (port: number, data: Buffer) => Promise<void>,
): Promise<string | null> {
	const socket = createSocket('udp4');
	const word = randomBytes(16);
	try {
		const port = await bindIn(socket, first, last);
		const arrived = new Promise<boolean>((resolve) => {
			socket.on('message', (data) => data.equals(word) && resolve(true));
		});
		await send(port, word);
		return (await within(arrived, arriveMs, () => false)) ? null : `A datagram to port ${port} did not arrive.`;
	} catch (error) {
		return `The test failed: ${messageOf(error)}.`;
	} finally {
		socket.close();
	}
}

/** From the top: connected peers may use any port. */
async function bindIn(socket: ReturnType<typeof createSocket>, first: number, last: number): Promise<number> {
	for (let port = last; port >= first; port--) {
		const bound = await new Promise<boolean>((resolve) => {
			socket.once('error', () => resolve(false));
			socket.bind(port, () => resolve(true));
		});
		socket.removeAllListeners('error');
		if (bound) {
			socket.on('error', () => undefined);
			return port;
		}
	}
	throw new Error('all ports of the range are in use');
}

/** Requested by the name that guests use, as far as it works from inside: covers name, certificate and proxy. */
async function page({ publicPage }: SelfTestOptions): Promise<NetworkTestItem> {
	const label = 'Public page';
	if (publicPage === null)
		return item('public-page', label, 'off', 'No public name set: invites work on this network and over VPN.');
	const fails = (message: string, remedy: string) => item('public-page', label, 'fails', `${publicPage} ${message}.`, remedy);
	try {
		const response = await fetch(publicPage, { signal: AbortSignal.timeout(pageMs), redirect: 'manual' });
		const start = await startOf(response);
		if (!response.ok) return fails(`answers with status ${response.status}`, 'Check the proxy or tunnel.');
		if (!start.includes(pageTitle))
			return fails(
				'answers, but not with the join page',
				'Check that the name leads to this machine, and that the proxy forwards all paths.',
			);
		return item('public-page', label, 'ok', `${publicPage} shows the join page.`);
	} catch (error) {
		const cause = (error as { cause?: unknown }).cause ?? error;
		return fails(
			`cannot be reached: ${messageOf(cause)}`,
			'Check the name, the certificate, and that the proxy or tunnel runs. Some routers cannot reach their own public address from inside (no hairpin NAT): then test from outside.',
		);
	}
}

/** The start of a body of any size. */
async function startOf({ body }: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of body ?? []) {
		chunks.push(chunk);
		length += chunk.length;
		if (length >= pageStartBytes) break;
	}
	return Buffer.concat(chunks).toString('utf8', 0, pageStartBytes);
}

/** What guests outside this network will experience. */
function outside(items: NetworkTestItem[], { publicAddress }: NetworkSettings): string {
	const works = (id: NetworkTestItem['id']) => items.find((found) => found.id === id)?.state === 'ok';
	const strict = works('turn-tls') || works('turn-tcp');
	if (works('turn-udp') || strict) {
		const most = strict ? 'even from networks that block UDP' : 'unless their network blocks UDP';
		const direct = works('forwarded-port')
			? 'Most connect directly, the others through the TURN server'
			: 'They connect directly where both networks allow it, otherwise through the TURN server';
		return `Guests outside can join, ${most}. ${direct}.`;
	}
	if (works('forwarded-port'))
		return 'Guests outside can join through the forwarded ports, unless their network blocks UDP: then they need a TURN server.';
	if (works('stun'))
		return 'Some guests outside can join, depending on their router and yours. Add a TURN server for all of them.';
	const unsure = publicAddress === null ? '' : ' unless the ports are forwarded, which could not be tested';
	return `Guests outside cannot join${unsure}. Guests in this network can. Add a TURN server, or forward the ports and set the public address.`;
}
