import type { IncomingMessage } from 'node:http';
import { type Role, roles } from '../contract/roles.js';
import type { Session } from '../contract/sessions.js';

export const sessionCookie = 'r58_session';

/** Who sent a request. */
export interface Caller {
	/** Id of the token or account, also behind a cookie: what a caller made belongs to it. */
	token: string;
	/** Of the account, or what the token is called. */
	name: string;
	/** The account, when it is one. */
	user: string | null;
	/** Of the browser, by id; null for programs. */
	session: string | null;
	role: Role;
	/** The guest that a guest token stands for. */
	guest: string | null;
	/** Streamers this caller may watch; null = all. */
	streamers: string[] | null;
	by: 'bearer' | 'cookie';
	/** It looks and changes nothing. */
	readOnly: boolean;
	/** The session of the cookie is to be extended. */
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

/** Who sends a request, and may they: what HTTP asks of accounts, tokens and sessions. */
export interface Access {
	/** The caller, null when there are no credentials. `isConnected`: see access/auth.ts. */
	identify(request: IncomingMessage, isConnected?: (caller: Caller) => boolean): Caller | null;
	/** Throws `unauthorized`, `revoked` or `forbidden`. */
	authorize(request: IncomingMessage, caller: Caller | null, role: 'public' | Role, looksOnly?: boolean): void;
}
