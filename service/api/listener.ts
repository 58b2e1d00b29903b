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
import { StudioError } from '../errors.js';
import type { Certificates } from '../system/certificates.js';
import type { Log } from '../system/log.js';
import type { Clients } from './client.js';

/** What browsers read before they can trust the certificate, and authorities before they give one. */
export const plainPaths = /^\/(ca\.(pem|crt)|trust|\.well-known\/acme-challenge\/[\w-]{1,128})$/;

export interface Handlers {
	handle: RequestListener;
	upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
	clients: Clients;
	log: Log;
}

/** Bounds for slow and stuck clients: headers in 10 s, a request in 30 s, silence for 2 min, so many at once. */
const limits = {
	headersTimeout: 10_000,
	requestTimeout: 30_000,
	keepAliveTimeout: 15_000,
	connectionsCheckingInterval: 5000,
	maxHeaderSize: 16 * 1024,
};
const inactivityMs = 120_000;
const maxConnections = 1024;
export const closeGraceMs = 1000;

function limited<T extends Server | SecureServer>(server: T, log: Log): T {
	// Errors of accept (no more file descriptors) must not end the show.
	server.on('error', (error) => log.onceASecond('listener').error({ err: error }, 'listener'));
	server.maxConnections = maxConnections;
	server.setTimeout(inactivityMs);
	return server;
}

/** `https://` address for a request that came by plain HTTP over the network. */
function secureUrl(request: IncomingMessage, httpsPort: number): string {
	const host = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?$/i.exec(request.headers.host ?? '')?.[1];
	return `https://${host ?? request.socket.localAddress}${httpsPort === 443 ? '' : `:${httpsPort}`}${pathOf(request)}`;
}

function pathOf(request: IncomingMessage): string {
	return request.url?.startsWith('/') ? request.url : '/';
}

/**
 * Serves this machine and trusted proxies; others are led to HTTPS, and may read first what they need to trust it. So are
 * guests whose own connection to a proxy is not encrypted: no browser would give the page a camera.
 */
export function createHttpServer({ handle, upgrade, clients, log }: Handlers, httpsPort: () => number): Server {
	const elsewhere = (request: IncomingMessage): string | null => {
		const { direct, plainOutside, origin } = clients.receive(request);
		if (direct) return secureUrl(request, httpsPort());
		return plainOutside && origin.startsWith('https:') ? `${origin}${pathOf(request)}` : null;
	};
	const server = createServer(limits, (request, response: ServerResponse) => {
		const location = elsewhere(request);
		if (location === null || plainPaths.test(request.url ?? '')) {
			handle(request, response);
			return;
		}
		response.writeHead(307, { Location: location, 'Content-Length': 0, 'Cache-Control': 'no-store' });
		response.end();
	});
	server.on('upgrade', (request, socket, head) => {
		const location = elsewhere(request);
		if (location === null) upgrade(request, socket, head);
		else refuseUpgrade(socket, 307, { Location: location });
	});
	return limited(server, log);
}

/** Plain HTTP for the tunnel alone: whoever comes in here is outside, whatever the headers say. */
export function createTunnelServer({ handle, upgrade, clients, log }: Handlers): Server {
	const server = createServer(limits, (request, response) => {
		clients.receive(request, true);
		handle(request, response);
	});
	server.on('upgrade', (request, socket, head) => {
		clients.receive(request, true);
		upgrade(request, socket, head);
	});
	return limited(server, log);
}

/** Each connection gets the certificate that fits the name it asks for; a renewed one counts from the next connection on. */
export function createHttpsServer({ handle, upgrade, clients, log }: Handlers, certificates: Certificates): SecureServer {
	const server = createSecureServer(
		{
			...limits,
			handshakeTimeout: 10_000,
			...certificates.fallback,
			SNICallback: (name, done) => done(null, certificates.contextFor(name)),
		},
		(request, response) => {
			clients.receive(request);
			handle(request, response);
		},
	);
	certificates.onChange(() => server.setSecureContext(certificates.fallback));
	server.on('upgrade', (request, socket, head) => {
		clients.receive(request);
		upgrade(request, socket, head);
	});
	return limited(server, log);
}

/** Answers in place of an upgrade, and ends the connection: after an upgrade it is in nobody's care but ours. */
export function refuseUpgrade(socket: Duplex, status: number, headers: Record<string, string>, body = ''): void {
	socket.on('error', () => socket.destroy());
	const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
	const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy());
}

/** Listens on all addresses; the port it got. Throws `conflict` that names the port and the option when it is taken. */
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

/** Lets requests under way finish for a second, then cuts them. */
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
