import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type Server,
	type ServerResponse,
	STATUS_CODES,
} from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { type Clients, clientOf } from './client.js';
import { statusOf } from './failure.js';
import type { Gate } from './gate.js';

/** Paths needed before a client trusts the certificate, and before an authority issues one. */
export const plainPaths = /^\/(ca\.(pem|crt)|trust|\.well-known\/acme-challenge\/[\w-]{1,128})$/;

/** Certificates by requested name. */
export interface ServerCertificates {
	readonly fallback: SecureContextOptions;
	contextFor(name: string): SecureContext;
	onChange(listener: () => void): void;
}

export interface Handlers {
	handle: RequestListener;
	upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
	clients: Clients;
	gate: Gate;
	log: Log;
}

/** Limits for slow and stuck clients: headers in 10 s, a request in 30 s, silence for 2 min. */
const limits = {
	headersTimeout: 10_000,
	requestTimeout: 30_000,
	keepAliveTimeout: 15_000,
	connectionsCheckingInterval: 5000,
	maxHeaderSize: 16 * 1024,
	// Sent by us, so that it counts as a request.
	requireHostHeader: false,
};
const inactivityMs = 120_000;
const handshakeMs = 10_000;
/** More than any browser sends. */
const maxHeaders = 100;
/** Connections per listener, waiting ones included; the gate divides them. */
const maxConnections = 2048;
export const closeGraceMs = 1000;

interface Way {
	kind: 'plain' | 'secure';
	/** It came through the listener that only the tunnel knows. */
	byTunnel?: boolean;
	/** Where to redirect a request; null = serve it here. */
	elsewhere?: (request: IncomingMessage) => string | null;
}

/** Common to all listeners: the gate, limits, and the client. */
function serve<T extends Server | SecureServer>(server: T, handlers: Handlers, { kind, byTunnel = false, elsewhere }: Way): T {
	const { handle, upgrade, clients, gate, log } = handlers;
	// Errors of accept (out of file descriptors) must not end the show.
	server.on('error', (error) => log.onceASecond('listener').error({ err: error }, 'listener'));
	server.maxConnections = maxConnections;
	server.maxHeadersCount = maxHeaders;
	server.setTimeout(inactivityMs);
	gate.guard(server, kind, (address) => byTunnel || clients.isProxy(address));
	const refusal = (check: () => void): Answer | null => {
		try {
			check();
			return null;
		} catch (error) {
			if (error instanceof StudioError) return answerOf(error);
			// Whoever stands at the door must not be able to end the show.
			log.onceASecond('door').error({ err: error }, 'internal error');
			return answerOf(new StudioError('internal', 'something went wrong inside the studio; see its log'));
		}
	};
	const check = (request: IncomingMessage, rate: (request: IncomingMessage, address: string) => void): void => {
		rate(request, clients.receive(request, byTunnel).address);
		try {
			clients.checkHost(request);
		} catch (error) {
			gate.refused.host += 1;
			throw error;
		}
	};
	const redirect = (request: IncomingMessage): Answer | null => {
		const location = elsewhere?.(request) ?? null;
		return location === null || (request.headers.upgrade === undefined && plainPaths.test(request.url ?? ''))
			? null
			: { status: 307, headers: { Location: location, 'Cache-Control': 'no-store' }, body: '' };
	};
	const receive = (request: IncomingMessage, response: ServerResponse): void =>
		gate.request(request, response, () => {
			const refused = refusal(() => check(request, gate.checkRate.bind(gate))) ?? redirect(request);
			if (refused === null) handle(request, response);
			else answer(response, refused);
		});
	server.on('request', receive);
	// Node answers this itself unless there is a listener; then it would not be counted.
	server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
		gate.request(request, response, () => answer(response, { status: 417, headers: {}, body: '' })),
	);
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		const refused = refusal(() => check(request, gate.checkUpgrade.bind(gate))) ?? redirect(request);
		if (refused === null) upgrade(request, socket, head);
		else refuseUpgrade(socket, refused.status, refused.headers, refused.body);
	});
	return server;
}

interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

function answerOf({ code, message, retryAfterS }: StudioError): Answer {
	return {
		status: statusOf[code],
		headers: {
			'Content-Type': 'application/json',
			'X-Content-Type-Options': 'nosniff',
			...(retryAfterS !== undefined && { 'Retry-After': String(Math.ceil(retryAfterS)) }),
		},
		body: JSON.stringify({ error: { code, message } }),
	};
}

/** Answers without the rest of the service; a rejection also ends the connection. */
function answer(response: ServerResponse, { status, headers, body }: Answer): void {
	const ends = status === 307 ? {} : { Connection: 'close' };
	response.writeHead(status, { ...headers, ...ends, 'Content-Length': Buffer.byteLength(body) });
	response.end(body);
}

/** The `https://` address for a request over plain HTTP. */
function secureUrl(request: IncomingMessage, httpsPort: number): string {
	const host = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?$/i.exec(request.headers.host ?? '')?.[1];
	return `https://${host ?? request.socket.localAddress}${httpsPort === 443 ? '' : `:${httpsPort}`}${pathOf(request)}`;
}

function pathOf(request: IncomingMessage): string {
	return request.url?.startsWith('/') ? request.url : '/';
}

/**
 * Serves this machine and trusted proxies; redirects everybody else to HTTPS, except for what they need to trust it first.
 * Guests whose connection to a proxy is not encrypted are redirected too: browsers give such pages no camera.
 */
export function createHttpServer(handlers: Handlers, httpsPort: () => number): Server {
	const elsewhere = (request: IncomingMessage): string | null => {
		const { direct, plainOutside, origin } = clientOf(request);
		if (direct) return secureUrl(request, httpsPort());
		return plainOutside && origin.startsWith('https:') ? `${origin}${pathOf(request)}` : null;
	};
	return serve(createServer(limits), handlers, { kind: 'plain', elsewhere });
}

/** Plain HTTP for the tunnel only: everything that comes in here is outside, whatever its headers say. */
export function createTunnelServer(handlers: Handlers): Server {
	return serve(createServer(limits), handlers, { kind: 'plain', byTunnel: true });
}

/** Each connection gets the certificate for the requested name; a renewed one applies to new connections. */
export function createHttpsServer(handlers: Handlers, certificates: ServerCertificates): SecureServer {
	const server = createSecureServer({
		...limits,
		handshakeTimeout: handshakeMs,
		...certificates.fallback,
		SNICallback: (name, done) => done(null, certificates.contextFor(name)),
	});
	certificates.onChange(() => server.setSecureContext(certificates.fallback));
	return serve(server, handlers, { kind: 'secure' });
}

/** Answers an upgrade request with an error and ends the connection, which Node no longer manages. */
export function refuseUpgrade(socket: Duplex, status: number, headers: Record<string, string>, body = ''): void {
	socket.on('error', () => socket.destroy());
	const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
	const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy());
}

/** Listens on all addresses and returns the port. Throws `conflict` with port and option when the port is taken. */
export function listen(server: Server | SecureServer, port: number, option: 'http' | 'https'): Promise<number> {
	return new Promise((resolve, reject) => {
		const refuse = (error: NodeJS.ErrnoException): void => {
			const reason = error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used: ${error.message}`;
			reject(new StudioError('conflict', `port ${port} ${reason}; choose another with --${option}`));
		};
		server.once('error', refuse);
		server.listen(port, () => {
			server.removeListener('error', refuse);
			resolve((server.address() as AddressInfo).port);
		});
	});
}

/** Gives open requests a second to finish, then cuts them. */
export function closeServer(server: Server | SecureServer): Promise<void> {
	if (!server.listening) return Promise.resolve();
	return new Promise((resolve) => {
		const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs);
		server.close(() => {
			clearTimeout(cut);
			resolve();
		});
		server.closeIdleConnections();
	});
}
