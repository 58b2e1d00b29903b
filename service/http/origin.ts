import type { IncomingMessage } from 'node:http';
import { clientOf } from './client.js';

/** Whether one of our pages sent this. Browsers say so in headers that scripts cannot set; missing headers count as no. */
export function isSameOrigin(request: IncomingMessage): boolean {
	const site = request.headers['sec-fetch-site'];
	if (site !== undefined && site !== 'same-origin') return false;
	const origin = request.headers.origin;
	if (origin === undefined) return site === 'same-origin';
	return origin.toLowerCase() === clientOf(request).origin.toLowerCase();
}
