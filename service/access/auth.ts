import type { IncomingMessage } from 'node:http';
import { bearerProtocol } from '../contract/guestProtocol.js';
import type { Role } from '../contract/roles.js';
import { type Access, type Caller, cookieOf, hasRole } from '../http/caller.js';
import { isSameOrigin } from '../http/origin.js';
import type { Store } from '../store/store.js';
import type { StoredToken } from '../store/tokens.js';
import { StudioError } from '../util/errors.js';
import { sameSecret } from './sameSecret.js';

/** A browser cannot set headers on a WebSocket: its token comes as a subprotocol. */
function protocolBearer(request: IncomingMessage): string | undefined {
	if (request.headers.upgrade === undefined) return undefined;
	const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
	const secret = offered.find((protocol) => protocol.startsWith(bearerProtocol))?.slice(bearerProtocol.length);
	return secret === undefined ? undefined : `Bearer ${secret}`;
}

/** Identifies callers and checks their rights. */
export class Auth implements Access {
	#store: Store;
	#guests: () => Readonly<Record<string, object>>;

	constructor(
		store: Store,
		/** All guests, by id. */
		guests: () => Readonly<Record<string, object>>,
		/** Known to whoever can read the data folder, for this run of the service (system/runtimeFile.ts). */
		private readonly statusToken: string | null = null,
	) {
		this.#store = store;
		this.#guests = guests;
	}

	/**
	 * The caller, null without credentials. A wrong bearer token throws `unauthorized` everywhere; an expired cookie counts as
	 * none, so that a browser can still log in. A revoked invite throws `revoked`, unless `isConnected`: only the client that is
	 * connected by it can make this request.
	 */
	identify(request: IncomingMessage, isConnected: (caller: Caller) => boolean = () => false): Caller | null {
		const header = request.headers.authorization ?? protocolBearer(request);
		if (header !== undefined) {
			const secret = /^bearer +([^ ]{1,256}) *$/i.exec(header)?.[1];
			const caller = secret ? (this.#local(secret) ?? this.withToken(secret)) : null;
			if (caller) return caller;
			const revoked = secret ? this.#revoked(secret, 'bearer') : null;
			if (!revoked) throw new StudioError('unauthorized', 'the bearer token is not valid; it may have expired or been revoked');
			if (!isConnected(revoked)) throw revokedError();
			return revoked;
		}
		const secret = cookieOf(request);
		const caller = secret ? this.withSession(secret) : null;
		const revoked = secret && !caller ? this.#revoked(secret, 'cookie') : null;
		return revoked && isConnected(revoked) ? revoked : caller;
	}

	/** Null when the cookie is not valid. */
	withSession(secret: string): Caller | null {
		const session = this.#store.sessions.find(secret);
		if (!session) return null;
		const { id, user, token, aging } = session;
		if (user === null) return this.#callerOf(token!, 'cookie', id, aging);
		const streamers = user.role === 'viewer' ? ['program'] : null;
		const { name, role } = user;
		return {
			token: user.id,
			name,
			user: user.id,
			session: id,
			role,
			guest: null,
			streamers,
			by: 'cookie',
			readOnly: false,
			aging,
		};
	}

	/** Null when the token is not valid. */
	withToken(secret: string): Caller | null {
		const token = this.#store.tokens.find(secret);
		return token ? this.#callerOf(token, 'bearer', null, false) : null;
	}

	/** Throws `unauthorized`, `revoked` or `forbidden` unless the caller has the role and the request is not forged. */
	authorize(request: IncomingMessage, caller: Caller | null, role: 'public' | Role, looksOnly = false): void {
		if (role !== 'public') {
			const cookie = caller ? null : cookieOf(request);
			if (cookie && this.#revoked(cookie, 'cookie')) throw revokedError();
			if (!caller) throw new StudioError('unauthorized', 'log in, or send a token (Authorization: Bearer TOKEN)');
			if (!hasRole(caller, role)) throw new StudioError('forbidden', `this needs the role ${role}, and yours is ${caller.role}`);
		}
		const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '');
		if (changes && caller?.readOnly && !looksOnly) throw new StudioError('forbidden', 'this token is read-only');
		const byCookie = caller?.by === 'cookie';
		const byForeignPage = caller === null && request.headers.origin !== undefined;
		const forgeable = changes || request.headers.upgrade !== undefined;
		if (forgeable && (byCookie || byForeignPage) && !isSameOrigin(request)) {
			throw new StudioError('forbidden', 'requests with a session cookie must come from a page of the studio');
		}
	}

	#local(secret: string): Caller | null {
		if (this.statusToken === null || !sameSecret(secret, this.statusToken)) return null;
		const nobody = { user: null, session: null, guest: null, streamers: [] };
		return { ...nobody, token: 'local', name: 'this machine', role: 'technician', by: 'bearer', readOnly: true, aging: false };
	}

	/** The guest that a revoked invite was for. */
	#revoked(secret: string, by: Caller['by']): Caller | null {
		const token = this.#store.tokens.findRevoked(secret);
		return token && this.#callerOf(token, by, null, false);
	}

	#callerOf(
		{ id, label, role, guest, streamers, readOnly }: StoredToken,
		by: Caller['by'],
		session: string | null,
		aging: boolean,
	): Caller | null {
		const caller = { token: id, name: label, user: null, session, role, by, readOnly, aging } as const;
		if (role === 'guest') {
			if (guest === null || !Object.hasOwn(this.#guests(), guest)) return null;
			return { ...caller, guest, streamers: [`return-${guest}`] };
		}
		// Null means the program only for viewers, and every streamer for the other roles.
		return { ...caller, guest: null, streamers: role === 'viewer' ? (streamers ?? ['program']) : streamers };
	}
}

function revokedError(): StudioError {
	return new StudioError('revoked', 'this link was revoked: ask the studio for a new one');
}
