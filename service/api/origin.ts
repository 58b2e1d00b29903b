import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Loopback as seen by a dual-stack socket. */
export function isLoopback(request: IncomingMessage): boolean {
	const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
	return address === '::1' || address.startsWith('127.');
}

export function isSecure(request: IncomingMessage): boolean {
	return (request.socket as TLSSocket).encrypted === true;
}

/** `https://name:port` as the client called this server. */
export function originOf(request: IncomingMessage): string {
	const host = request.headers.host ?? `localhost:${request.socket.localPort}`;
	return `${isSecure(request) ? 'https' : 'http'}://${host}`;
}

/** Whether a page of ours sent this. Browsers say so in headers that scripts cannot set; silence counts as no. */
export function isSameOrigin(request: IncomingMessage): boolean {
	const site = request.headers['sec-fetch-site'];
	if (site !== undefined && site !== 'same-origin') return false;
	const origin = request.headers.origin;
	if (origin === undefined) return site === 'same-origin';
	return origin.toLowerCase() === originOf(request).toLowerCase();
}
