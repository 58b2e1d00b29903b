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
/** The panel's index.html has it within its first kilobyte. */
const pageTitle = '<title>R58 Studio</title>';
const pageStartBytes = 16_384;

/** Which ways in work, what a guest outside will experience, and what to change. Takes at most about 15 s. */
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
		chosen ? `None of the chosen interfaces (${chosen}) has an address.` : 'This machine has no address.',
		chosen ? 'Choose interfaces that are there, or none for all.' : 'Plug in the network cable; is there a DHCP server?',
	);
}

function stun({ servers, settings }: SelfTestOptions): NetworkTestItem {
	const label = 'Public address by STUN';
	const asked = servers.filter(({ kind }) => kind === 'stun');
	if (asked.length === 0)
		return item('stun', label, 'off', 'No STUN server is set up.', 'Add one, for example stun:stun.cloudflare.com:3478.');
	const working = asked.filter(({ state, address }) => state === 'ok' && address !== null);
	if (working.length === 0) {
		const why = asked.map(({ url, message }) => `${url}: ${message}`).join('; ');
		return item('stun', label, 'fails', `${why}.`, 'Check the address of the server; a firewall may block UDP to the outside.');
	}
	const seen = [...new Set(working.map(({ address }) => address!))];
	const text = `This machine is ${seen.join(' or ')} outside.`;
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
		return item(id, label, 'off', 'No server is set up for it.', `Add ${example} to the addresses of a TURN server.`);
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
			? 'Correct user name and password, or the secret, of this server.'
			: 'Is the server running, is its address right, and does a firewall let this port out?',
	);
}

/** A datagram from a TURN server to the public address comes in by the router, as a guest's would. */
async function forwarded({ settings, entries, addressOf }: SelfTestOptions): Promise<NetworkTestItem> {
	const label = 'Forwarded ports';
	const { publicAddress, ports } = settings;
	const range = `UDP ${ports.first}–${ports.last}`;
	if (publicAddress === null) {
		const remedy = `If the router can forward ${range} to this machine, do so and set the public address: paths get shorter than by TURN.`;
		return item('forwarded-port', label, 'off', 'No public address is set.', remedy);
	}
	if (publicAddress.includes(':')) return item('forwarded-port', label, 'unknown', 'Not tested for IPv6.');
	const turn = entries.find(({ parsed }) => parsed.kind === 'turn' && parsed.transport !== 'tls');
	const server = turn && (await addressOf(turn));
	if (!server) {
		const message = 'Only a TURN server could knock from outside; none is set up, so this was not tested.';
		return item(
			'forwarded-port',
			label,
			'unknown',
			message,
			`Ask somebody outside to join, with ${range} forwarded to this machine.`,
		);
	}
	const login = { username: turn.username ?? '', password: turn.credential ?? '' };
	const knocked = await knock(ports, async (port, data) => {
		const sent = await sendThroughTurn(server, login, { address: publicAddress, port }, data);
		if (!sent.ok) throw new Error(sent.message);
	});
	if (knocked === null) return item('forwarded-port', label, 'ok', `A datagram to ${publicAddress} came in through the router.`);
	const remedy = `Forward ${range} of ${publicAddress} to this machine on the router, port by port the same.`;
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
		return `It could not be tried: ${messageOf(error)}.`;
	} finally {
		socket.close();
	}
}

/** From the top: peers that are connected sit anywhere. */
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
	throw new Error('every port of the range is in use');
}

/** Asked for by the name that guests use, as far as this machine gets to itself by it: name, certificate and proxy are all in it. */
async function page({ publicPage }: SelfTestOptions): Promise<NetworkTestItem> {
	const label = 'Public page';
	if (publicPage === null)
		return item('public-page', label, 'off', 'No public name is set: invite links work on this network and by VPN.');
	const fails = (message: string, remedy: string) => item('public-page', label, 'fails', `${publicPage} ${message}.`, remedy);
	try {
		const response = await fetch(publicPage, { signal: AbortSignal.timeout(pageMs), redirect: 'manual' });
		const start = await startOf(response);
		if (!response.ok) return fails(`answers with status ${response.status}`, 'Check proxy or tunnel.');
		if (!start.includes(pageTitle))
			return fails(
				'answers, but not with the join page',
				'Does the name lead to this machine, and does the proxy pass all of it on?',
			);
		return item('public-page', label, 'ok', `${publicPage} shows the join page.`);
	} catch (error) {
		const cause = (error as { cause?: unknown }).cause ?? error;
		return fails(
			`cannot be reached: ${messageOf(cause)}`,
			'Check the name, the certificate and that the proxy or tunnel runs. Some routers do not lead their own network to its public address: then try from outside.',
		);
	}
}

/** The first of a body, which may be of any size. */
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

/** What a guest who is not in this network will experience. */
function outside(items: NetworkTestItem[], { publicAddress }: NetworkSettings): string {
	const works = (id: NetworkTestItem['id']) => items.find((found) => found.id === id)?.state === 'ok';
	const strict = works('turn-tls') || works('turn-tcp');
	if (works('turn-udp') || strict) {
		const most = strict ? 'also from networks that block UDP' : 'unless their network blocks UDP';
		const direct = works('forwarded-port')
			? 'Most connect directly, the others by the TURN server'
			: 'They connect directly where their network and yours allow it, else by the TURN server';
		return `Guests outside can join, ${most}. ${direct}.`;
	}
	if (works('forwarded-port'))
		return 'Guests outside can join by the forwarded ports, unless their network blocks UDP: then they need a TURN server.';
	if (works('stun'))
		return 'Some guests outside can join: it depends on their router and yours. Add a TURN server so that all can.';
	const unsure = publicAddress === null ? '' : ' unless the ports are forwarded as set, which could not be tested';
	return `Guests outside cannot join${unsure}. Guests in this network can. Add a TURN server, or forward the ports and set the public address.`;
}
