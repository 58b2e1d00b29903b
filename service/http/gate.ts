import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { householdOf, plainAddress } from '../util/addresses.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { Intake, type Share, Turns } from './intake.js';
import { Bucket, Buckets, type Rate } from './rates.js';

type Kind = 'plain' | 'secure';
type Listener = (socket: Duplex) => void;

/** Of all listeners together; addresses without a login leave room for the others. */
const most = { open: 1024, strangers: 768, held: 512 };
/** Per address, which may be a household or an office with many browsers. */
const mostOfAddress = { open: 128, held: 64 };
/** A proxy carries many clients. */
const mostOfProxy = 512;
/** After this long without a request a connection can be displaced by a new one from the same address. */
const idleMs = 1000;
/** New connections per second and address: a TLS handshake costs more than a plain one. */
const connectionRate: Record<Kind, Rate> = {
	plain: { burst: 300, perSecond: 300 },
	secure: { burst: 30, perSecond: 60 },
};
const shares: Record<'client' | 'proxy', Share> = {
	client: { burstMs: 25, part: 0.15 },
	proxy: { burstMs: 100, part: 0.4 },
};
/** Open requests per connection. Browsers use one; programs may pipeline a few. */
const mostUnanswered = 4;
/** Per client, and in addition per token: an office that opens a page at once, and a flood from the same office. */
const requestRate: Rate = { burst: 900, perSecond: 300 };
const tokenRate: Rate = { burst: 300, perSecond: 100 };
const upgradeRate: Rate = { burst: 40, perSecond: 10 };
/** Rates are remembered after an address has gone, so that reconnecting gains nothing. */
const rememberMs = 15_000;
const remembered = 4096;
/** Addresses with a recent login have reserved places. */
const loggedInMs = 12 * 3_600_000;
const loggedInKept = 512;

/** The state of one address. */
class Address {
	readonly open = new Set<Connection>();
	readonly held: Connection[] = [];
	readonly turns: Turns;
	readonly rates: Record<Kind, Bucket>;
	release: NodeJS.Timeout | undefined;
	seenAt = performance.now();

	constructor(
		readonly name: string,
		readonly proxy: boolean,
	) {
		this.turns = new Turns(shares[proxy ? 'proxy' : 'client']);
		this.rates = { plain: new Bucket(connectionRate.plain), secure: new Bucket(connectionRate.secure) };
	}

	get isGone(): boolean {
		return this.open.size === 0 && this.held.length === 0;
	}

	/** The connection that has been idle the longest. */
	get idle(): Connection | undefined {
		const before = performance.now() - idleMs;
		let found: Connection | undefined;
		for (const connection of this.open)
			if (connection.isIdle && connection.quietAt < Math.min(before, found?.quietAt ?? before)) found = connection;
		return found;
	}
}

class Connection {
	unanswered = 0;
	upgraded = false;
	/** When its last request was answered. */
	quietAt = performance.now();

	constructor(
		readonly socket: Socket,
		readonly address: Address,
		readonly kind: Kind,
		/** Hands it to the server. */
		readonly admit: (connection: Connection) => void,
	) {}

	get isIdle(): boolean {
		return this.unanswered === 0 && !this.upgraded;
	}
}

/** Rejected, by reason. */
export const refusals = ['place', 'address', 'held', 'idle', 'pipelined', 'requests', 'upgrades', 'host'] as const;
export type Refusal = (typeof refusals)[number];

/**
 * Stands in front of every listener, so that no address can use up connections, CPU time or handshakes for the others: limits
 * connections, connection rate, reading time (intake.ts) and open requests per address. Whatever exceeds a limit ends before the
 * rest of the service sees it.
 */
export class Gate {
	readonly refused = Object.fromEntries(refusals.map((reason) => [reason, 0])) as Record<Refusal, number>;
	/** Connections handed to a server, and those waiting. */
	open = 0;
	held = 0;
	#addresses = new Map<string, Address>();
	#connections = new WeakMap<Duplex, Connection>();
	#requests = new Buckets(requestRate);
	#tokens = new Buckets(tokenRate);
	#upgrades = new Buckets(upgradeRate);
	/** By address, until when. */
	#loggedIn = new BoundedMap<string, number>(loggedInKept);
	/** Rates dropped early to make room. */
	#forgotten = 0;

	constructor(
		/** Id of the token or account whose valid credentials a request has. */
		private readonly tokenOf: (request: IncomingMessage) => string | null,
	) {}

	get tables(): Tables {
		return {
			// Addresses with a connection are never forgotten.
			addresses: { size: this.#addresses.size, most: remembered + most.open + most.held, forgotten: this.#forgotten },
			'addresses that are logged in': this.#loggedIn,
			'request rates of clients': this.#requests.table,
			'request rates of tokens': this.#tokens.table,
			'upgrade rates of clients': this.#upgrades.table,
		};
	}

	/** Takes over the connections of a server; `isProxy` tells whether an address carries many clients. */
	guard(server: Server | SecureServer, kind: Kind, isProxy: (address: string) => boolean): void {
		const arrived = takeListener(server, 'connection');
		if (kind === 'plain') {
			server.on('connection', (socket: Socket) => {
				this.#arrive(
					new Connection(socket, this.#addressOf(socket, isProxy), kind, (made) => arrived(this.#intake(socket, made))),
				);
			});
			return;
		}
		// The server reports only the encrypted socket; this is what it shares with the socket below.
		const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
		const handshakes = new Map<string, Connection>();
		const encrypted = takeListener(server, 'secureConnection');
		server.on('connection', (socket: Socket) => {
			const name = nameOf(socket);
			this.#arrive(
				new Connection(socket, this.#addressOf(socket, isProxy), kind, (made) => {
					handshakes.set(name, made);
					socket.once('close', () => handshakes.delete(name));
					arrived(socket);
				}),
			);
		});
		server.on('secureConnection', (socket: Socket) => {
			const made = handshakes.get(nameOf(socket));
			if (made) encrypted(this.#intake(socket, made));
			else socket.destroy();
		});
	}

	/** A request of which only the head was read. `next` runs once the rest of its slice was read, or never. */
	request(request: IncomingMessage, response: ServerResponse, next: () => void): void {
		const connection = this.#connections.get(request.socket);
		if (!connection || request.socket.destroyed) return;
		connection.unanswered += 1;
		if (connection.unanswered > mostUnanswered) {
			this.refused.pipelined += 1;
			request.socket.destroy();
			return;
		}
		response.once('close', () => {
			connection.unanswered -= 1;
			connection.quietAt = performance.now();
		});
		process.nextTick(() => {
			if (!request.socket.destroyed) next();
		});
	}

	/** Throws `rate-limited` when this client or its token sends too many requests. */
	checkRate(request: IncomingMessage, address: string): void {
		const household = householdOf(address);
		const waitS = this.#requests.take(household);
		if (waitS === 0) return;
		const token = this.tokenOf(request);
		if (token !== null && this.#tokens.take(token) === 0) return;
		this.refused.requests += 1;
		throw new StudioError('rate-limited', 'too many requests; wait a moment', undefined, waitS);
	}

	/** Throws `rate-limited` when this client opens too many WebSockets. */
	checkUpgrade(request: IncomingMessage, address: string): void {
		const connection = this.#connections.get(request.socket);
		if (connection) connection.upgraded = true;
		const waitS = this.#upgrades.take(householdOf(address));
		if (waitS === 0) return;
		this.refused.upgrades += 1;
		throw new StudioError('rate-limited', 'too many WebSockets at once; wait a moment', undefined, waitS);
	}

	/** Reserves places for an address with a login. */
	welcome(address: string): void {
		const household = householdOf(address);
		this.#loggedIn.set(household, performance.now() + loggedInMs);
	}

	#intake(socket: Socket, connection: Connection): Intake {
		const intake = new Intake(socket, connection.address.turns);
		this.#connections.set(intake, connection);
		return intake;
	}

	#addressOf(socket: Socket, isProxy: (address: string) => boolean): Address {
		const peer = plainAddress(socket.remoteAddress);
		const proxy = isProxy(peer);
		const name = proxy ? `proxy ${peer}` : householdOf(peer);
		const found = this.#addresses.get(name) ?? new Address(name, proxy);
		found.seenAt = performance.now();
		this.#addresses.delete(name);
		this.#addresses.set(name, found);
		this.#forget();
		return found;
	}

	/** The first entries of the map are the longest unseen. */
	#forget(): void {
		const before = performance.now() - rememberMs;
		for (const [name, address] of this.#addresses) {
			if (address.seenAt > before && this.#addresses.size <= remembered) return;
			if (address.isGone) {
				this.#addresses.delete(name);
				if (address.seenAt > before) this.#forgotten += 1;
			} else if (this.#addresses.size <= remembered) return;
		}
	}

	/** At once, or in turn: connections that come too fast wait in line, unread. */
	#arrive(connection: Connection): void {
		const { socket, address, kind } = connection;
		socket.on('error', () => socket.destroy());
		if (address.proxy || (address.held.length === 0 && address.rates[kind].take() === 0)) {
			this.#admit(connection);
			return;
		}
		if (address.held.length >= mostOfAddress.held || this.held >= most.held) {
			this.#refuse(connection, 'held');
			return;
		}
		address.held.push(connection);
		this.held += 1;
		socket.once('close', () => this.#unhold(connection));
		this.#releaseLater(address);
	}

	#unhold(connection: Connection): void {
		const { held } = connection.address;
		const index = held.indexOf(connection);
		if (index < 0) return;
		held.splice(index, 1);
		this.held -= 1;
	}

	#releaseLater(address: Address): void {
		const next = address.held[0];
		if (address.release !== undefined || next === undefined) return;
		const waitS = address.rates[next.kind].take();
		if (waitS === 0) {
			this.#unhold(next);
			this.#admit(next);
		}
		address.release = setTimeout(
			() => {
				address.release = undefined;
				this.#releaseLater(address);
			},
			Math.ceil(waitS * 1000),
		);
	}

	#admit(connection: Connection): void {
		const { socket, address } = connection;
		if (socket.destroyed) return;
		if (address.open.size >= (address.proxy ? mostOfProxy : mostOfAddress.open)) {
			const { idle } = address;
			if (!idle) {
				this.#refuse(connection, 'address');
				return;
			}
			this.#close(idle);
			this.#refuse(idle, 'idle');
		}
		const isKnown = (this.#loggedIn.get(address.name) ?? 0) > performance.now();
		if (this.open >= (isKnown || address.proxy ? most.open : most.strangers)) {
			this.#refuse(connection, 'place');
			return;
		}
		address.open.add(connection);
		this.open += 1;
		socket.once('close', () => this.#close(connection));
		connection.admit(connection);
	}

	/** Frees its place. */
	#close(connection: Connection): void {
		if (connection.address.open.delete(connection)) this.open -= 1;
	}

	#refuse({ socket }: Connection, reason: Refusal): void {
		this.refused[reason] += 1;
		socket.destroy();
	}
}

/** The server's own handler for new connections. Both modules accept any stream through this event. */
function takeListener(server: Server | SecureServer, event: 'connection' | 'secureConnection'): Listener {
	const listeners = server.listeners(event) as Listener[];
	server.removeAllListeners(event);
	return (socket) => {
		for (const listener of listeners) listener.call(server, socket);
	};
}
