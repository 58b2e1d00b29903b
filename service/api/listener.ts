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
import type { KeyedCertificate } from '../system/certificate.js';
import type { Log } from '../system/log.js';
import { isLoopback } from './origin.js';

export const authorityPath = '/ca.pem';

export interface Handlers {
	handle: RequestListener;
	upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
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
	const path = request.url?.startsWith('/') ? request.url : '/';
	return `https://${host ?? request.socket.localAddress}${httpsPort === 443 ? '' : `:${httpsPort}`}${path}`;
}

/** Serves everything to this machine; others are led to HTTPS, and may fetch the authority's certificate first. */
export function createHttpServer({ handle, upgrade, log }: Handlers, httpsPort: () => number): Server {
	const server = createServer(limits, (request, response: ServerResponse) => {
		if (isLoopback(request) || request.url === authorityPath) {
			handle(request, response);
			return;
		}
		response.writeHead(307, { Location: secureUrl(request, httpsPort()), 'Content-Length': 0, 'Cache-Control': 'no-store' });
		response.end();
	});
	server.on('upgrade', (request, socket, head) => {
		if (isLoopback(request)) upgrade(request, socket, head);
		else refuseUpgrade(socket, 307, { Location: secureUrl(request, httpsPort()) });
	});
	return limited(server, log);
}

export function createHttpsServer({ handle, upgrade, log }: Handlers, certificate: KeyedCertificate): SecureServer {
	const server = createSecureServer(
		{ ...limits, handshakeTimeout: 10_000, minVersion: 'TLSv1.2', cert: certificate.certPem, key: certificate.keyPem },
		handle,
	);
	server.on('upgrade', upgrade);
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
