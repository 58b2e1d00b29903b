import type { IncomingMessage } from 'node:http';
import { type Role, roles } from '../contract/roles.js';
import type { Session } from '../contract/sessions.js';

export const sessionCookie = 'r58_session';

/** Who sent a request. */
export interface Caller {
	/** Id of the token or account, also behind a cookie: the caller owns what was made under it. */
	token: string;
	/** Name of the account or token. */
	name: string;
	/** The account, if the caller has one. */
	user: string | null;
	/** Id of the browser session; null for programs. */
	session: string | null;
	role: Role;
	/** The guest that a guest token is for. */
	guest: string | null;
	/** Streamers this caller may watch; null = all. */
	streamers: string[] | null;
	by: 'bearer' | 'cookie';
	/** May look but change nothing. */
	readOnly: boolean;
	/** The cookie's session is due to be extended. */
	aging: boolean;
}

export function hasRole(caller: Caller, role: Role): boolean {
	return roles.indexOf(caller.role) >= roles.indexOf(role);
}

export function mayWatch(caller: Caller, streamer: string): boolean {
	return caller.streamers === null || caller.streamers.includes(streamer);
}

export function sessionOf({ role, guest, streamers }: Caller): Session {
	return { role, guest, streamers };
}

export function cookieOf(request: IncomingMessage): string | null {
	for (const pair of (request.headers.cookie ?? '').split(';')) {
		const [name, value] = pair.trim().split('=', 2);
		if (name === sessionCookie && value) return value;
	}
	return null;
}

/** Who sends a request and what they may do: what HTTP needs from accounts, tokens and sessions. */
export interface Access {
	/** The caller, null without credentials. `isConnected`: see access/auth.ts. */
	identify(request: IncomingMessage, isConnected?: (caller: Caller) => boolean): Caller | null;
	/** Throws `unauthorized`, `revoked` or `forbidden`. */
	authorize(request: IncomingMessage, caller: Caller | null, role: 'public' | Role, looksOnly?: boolean): void;
}
