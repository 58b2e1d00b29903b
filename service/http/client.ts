import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isIn, isLanAddress, isLoopbackAddress, listOf, plainAddress } from '../util/addresses.js';
import { StudioError } from '../util/errors.js';

/** The client of a request, and the way it came in. */
export interface Client {
	/** Of the client itself, as reported by trusted proxies. */
	address: string;
	/** Whether the client's connection is encrypted. */
	secure: boolean;
	/** A trusted proxy reports that the client's connection is plain HTTP. */
	plainOutside: boolean;
	/** `https://name:port` as used by the client. */
	origin: string;
	/** From outside the house, or through the public name, a proxy or the tunnel: only what guests and viewers need exists. */
	public: boolean;
	/** May be redirected to HTTPS: neither a program on this machine nor a trusted proxy. */
	direct: boolean;
	/** Directly from the house network, or from this machine. */
	lan: boolean;
}

/** The settings that say which proxies are trusted. */
export interface Ways {
	/** `https://studio.example.org`, null when there is none. */
	publicUrl: string | null;
	/** Addresses and networks of proxies, and `tunnel`. */
	trustedProxies: readonly string[];
	/** Networks of the house besides private ones. */
	lan?: readonly string[];
	/** Other names of this machine. */
	names?: readonly string[];
}

/** Headers that proxies add; clients on this machine or network do not send them. */
const forwardingHeaders = [
	'x-forwarded-for',
	'x-forwarded-host',
	'x-forwarded-proto',
	'x-real-ip',
	'forwarded',
	'cf-connecting-ip',
];

const known = new WeakMap<IncomingMessage, Client>();

export function clientOf(request: IncomingMessage): Client {
	return known.get(request) ?? new Clients(() => ({ publicUrl: null, trustedProxies: [] })).receive(request);
}

/** Works out where a request comes from, once. Proxy headers count only from trusted proxies. */
export class Clients {
	#lists = new WeakMap<readonly string[], BlockList>();

	constructor(
		private readonly ways: () => Ways,
		/** Names and addresses of this machine and of its certificates. */
		private readonly ownNames: () => readonly string[] = () => [],
	) {}

	/** `byTunnel`: it came through the listener that only the tunnel knows. */
	receive(request: IncomingMessage, byTunnel = false): Client {
		const { publicUrl, trustedProxies, lan = [] } = this.ways();
		const { headers } = request;
		const peer = plainAddress(request.socket.remoteAddress);
		const proxies = this.#list(trustedProxies);
		const trusted = byTunnel ? trustedProxies.includes('tunnel') : isIn(proxies, peer);
		const forwarded = forwardingHeaders.some((name) => headers[name] !== undefined);
		const publicHost = publicUrl === null ? null : new URL(publicUrl).hostname;
		const host = (trusted && first(headers['x-forwarded-host'])) || headers.host || `localhost:${request.socket.localPort}`;
		// An untrusted proxy also counts as outside. Its headers mean nothing where there is no outside yet.
		const viaProxy = forwarded && (trusted || publicHost !== null);
		const atHome = isLanAddress(peer) || isIn(this.#list(lan), peer);
		const isPublic = byTunnel || viaProxy || !(atHome || trusted) || (publicHost !== null && hostName(host) === publicHost);
		const protocol = trusted ? first(headers['x-forwarded-proto']) : undefined;
		const secure =
			(request.socket as TLSSocket).encrypted === true ||
			protocol === 'https' ||
			(byTunnel && publicUrl?.startsWith('https:') === true);
		const address = trusted ? originalAddress(headers['x-forwarded-for'], peer, proxies) : peer;
		const client: Client = {
			address: byTunnel && !trusted ? 'tunnel' : address,
			secure,
			plainOutside: isPublic && protocol === 'http',
			origin: isPublic && publicUrl !== null ? new URL(publicUrl).origin : `${secure ? 'https' : 'http'}://${host}`,
			public: isPublic,
			direct: !byTunnel && !trusted && !isLoopbackAddress(peer),
			lan: !isPublic && !forwarded && (address === peer ? atHome : isLanAddress(address) || isIn(this.#list(lan), address)),
		};
		known.set(request, client);
		return client;
	}

	/** Whether the other end of a connection is a trusted proxy. */
	isProxy(peer: string): boolean {
		return isIn(this.#list(this.ways().trustedProxies), peer);
	}

	/**
	 * Throws `invalid` unless the request names exactly one host (RFC 9112 §3.2), and `misdirected` when it is not ours: a foreign
	 * name that resolves to this machine must not act as the studio (DNS rebinding).
	 */
	checkHost(request: IncomingMessage): void {
		const { url = '', headers, rawHeaders } = request;
		const named = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
		const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
		if (named !== 1 || (target !== undefined && target.toLowerCase() !== headers.host?.toLowerCase()))
			throw new StudioError('invalid', 'Host: a request must name one host');
		const forwarded = this.isProxy(plainAddress(request.socket.remoteAddress)) && first(headers['x-forwarded-host']);
		const name = hostName(forwarded || headers.host!).replace(/^\[(.*)\]$/, '$1');
		const { publicUrl, names = [] } = this.ways();
		const isOurs =
			isLoopbackAddress(name) ||
			(publicUrl !== null && new URL(publicUrl).hostname === name) ||
			[...this.ownNames(), ...names].some((own) => fits(own.toLowerCase(), name));
		if (!isOurs) throw new StudioError('misdirected', 'unknown host name; a technician can add it to the setting access.names');
	}

	#list(entries: readonly string[]): BlockList {
		const list = this.#lists.get(entries) ?? listOf(entries);
		this.#lists.set(entries, list);
		return list;
	}
}

function first(header: string | string[] | undefined): string | undefined {
	return (
		String(header ?? '')
			.split(',')[0]!
			.trim() || undefined
	);
}

/** Wildcard certificates cover one level: `*.example.org`. */
function fits(own: string, name: string): boolean {
	return own === name || (own.startsWith('*.') && own.slice(1) === name.slice(name.indexOf('.')) && name.includes('.'));
}

/** `Studio.example.org.:443` → `studio.example.org`. */
function hostName(host: string): string {
	return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/**
 * The nearest address that is not a trusted proxy. Each proxy appends its caller, so entries are reliable from the right up to
 * the first that no trusted proxy has added.
 */
function originalAddress(header: string | string[] | undefined, peer: string, proxies: BlockList): string {
	const hops = String(header ?? '')
		.split(',')
		.map((hop) => plainAddress(hop.trim()))
		.reverse();
	let address = peer;
	for (const hop of hops) {
		if (isIP(hop) === 0) return address;
		address = hop;
		if (!isIn(proxies, hop)) return address;
	}
	return address;
}
