import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isIn, isLanAddress, isLoopbackAddress, listOf, plainAddress } from '../util/addresses.js';
import { StudioError } from '../util/errors.js';

/** Who is at the other end of a request, and by which way it came. */
export interface Client {
	/** Of the client itself, as far as trusted proxies tell. */
	address: string;
	/** Whether the client's own connection is encrypted. */
	secure: boolean;
	/** A trusted proxy says that the client's own connection is plain HTTP. */
	plainOutside: boolean;
	/** `https://name:port` as the client called this server. */
	origin: string;
	/** It came from no network of the house, or over the public name, a proxy or the tunnel: only what guests and viewers need exists. */
	public: boolean;
	/** The other end of the socket may be told to go to HTTPS: it is no program of this machine and no trusted proxy. */
	direct: boolean;
	/** Straight from the network of the house, or from this machine. */
	lan: boolean;
}

/** The part of the settings that says who may speak for others. */
export interface Ways {
	/** `https://studio.example.org`, null when there is none. */
	publicUrl: string | null;
	/** Addresses and networks of proxies, and `tunnel`. */
	trustedProxies: readonly string[];
	/** Networks of the house beside private ones. */
	lan?: readonly string[];
	/** What else this machine is called. */
	names?: readonly string[];
}

/** What proxies add; a client of this machine or network sends none. */
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

/** Finds out once for each request where it comes from. Headers of proxies count only from those that are trusted. */
export class Clients {
	#lists = new WeakMap<readonly string[], BlockList>();

	constructor(
		private readonly ways: () => Ways,
		/** Names and addresses of this machine, and of its certificates. */
		private readonly ownNames: () => readonly string[] = () => [],
	) {}

	/** `byTunnel`: it came in through the entrance that only the tunnel knows. */
	receive(request: IncomingMessage, byTunnel = false): Client {
		const { publicUrl, trustedProxies, lan = [] } = this.ways();
		const { headers } = request;
		const peer = plainAddress(request.socket.remoteAddress);
		const proxies = this.#list(trustedProxies);
		const trusted = byTunnel ? trustedProxies.includes('tunnel') : isIn(proxies, peer);
		const forwarded = forwardingHeaders.some((name) => headers[name] !== undefined);
		const publicHost = publicUrl === null ? null : new URL(publicUrl).hostname;
		const host = (trusted && first(headers['x-forwarded-host'])) || headers.host || `localhost:${request.socket.localPort}`;
		// Also a proxy that nobody trusts speaks for others. Where there is no outside yet, its headers mean nothing.
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

	/** Whether the other end of a connection may speak for others. */
	isProxy(peer: string): boolean {
		return isIn(this.#list(this.ways().trustedProxies), peer);
	}

	/**
	 * Throws `invalid` unless the request names one host (RFC 9112 §3.2), and `misdirected` when that is none of ours: a page of
	 * another name that was made to point here is a foreign page.
	 */
	checkHost(request: IncomingMessage): void {
		const { url = '', headers, rawHeaders } = request;
		const named = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
		const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
		if (named !== 1 || (target !== undefined && target.toLowerCase() !== headers.host?.toLowerCase()))
			throw new StudioError('invalid', 'Host: a request names one host');
		const forwarded = this.isProxy(plainAddress(request.socket.remoteAddress)) && first(headers['x-forwarded-host']);
		const name = hostName(forwarded || headers.host!).replace(/^\[(.*)\]$/, '$1');
		const { publicUrl, names = [] } = this.ways();
		const isOurs =
			isLoopbackAddress(name) ||
			(publicUrl !== null && new URL(publicUrl).hostname === name) ||
			[...this.ownNames(), ...names].some((own) => fits(own.toLowerCase(), name));
		if (!isOurs)
			throw new StudioError(
				'misdirected',
				'this machine is not called that; a technician adds names in access.names of the settings',
			);
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

/** Certificates may be for all names of one level: `*.example.org`. */
function fits(own: string, name: string): boolean {
	return own === name || (own.startsWith('*.') && own.slice(1) === name.slice(name.indexOf('.')) && name.includes('.'));
}

/** `Studio.example.org.:443` → `studio.example.org`. */
function hostName(host: string): string {
	return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/**
 * The nearest address that is no trusted proxy: each proxy appends the one it was called by, so from the right on they
 * are true until the first that nobody vouches for.
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
