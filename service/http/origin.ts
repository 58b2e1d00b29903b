import type { IncomingMessage } from 'node:http';
import { clientOf } from './client.js';

/** Whether a page of ours sent this. Browsers say so in headers that scripts cannot set; silence counts as no. */
export function isSameOrigin(request: IncomingMessage): boolean {
	const site = request.headers['sec-fetch-site'];
	if (site !== undefined && site !== 'same-origin') return false;
	const origin = request.headers.origin;
	if (origin === undefined) return site === 'same-origin';
	return origin.toLowerCase() === clientOf(request).origin.toLowerCase();
}
