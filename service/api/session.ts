import type { Context } from 'koa';
import { StudioError } from '../errors.js';
import { sessionDays } from '../store/sessions.js';
import { type Caller, cookieOf, sessionCookie, sessionOf } from './auth.js';
import { clientOf } from './client.js';
import { type Route, route } from './route.js';
import { sessionCreateSchema, sessionSchema } from './schema.js';
import type { Services } from './services.js';

const failuresAMinute = 10;
const windowMs = 60_000;
/** Enough for any LAN; beyond it the oldest are forgotten. */
const addressesKept = 4096;

/** Failed logins of the last minute by address. */
export class FailedLogins {
	#times = new Map<string, number[]>();

	/** Throws `rate-limited` when this address failed too often. */
	check(address: string, now = Date.now()): void {
		const times = (this.#times.get(address) ?? []).filter((time) => time > now - windowMs);
		if (times.length < failuresAMinute) return;
		const waitS = (times[0]! + windowMs - now) / 1000;
		throw new StudioError('rate-limited', `too many failed logins; try again in ${Math.ceil(waitS)} s`, undefined, waitS);
	}

	add(address: string, now = Date.now()): void {
		const times = this.#times.get(address) ?? [];
		this.#times.delete(address);
		this.#times.set(address, [...times, now].slice(-failuresAMinute));
		if (this.#times.size > addressesKept) this.#times.delete(this.#times.keys().next().value!);
	}
}

export function setSessionCookie(context: Context, secret: string): void {
	setCookie(context, secret, sessionDays * 86_400);
}

function setCookie(context: Context, value: string, maxAgeS: number): void {
	const secure = clientOf(context.req).secure ? '; Secure' : '';
	context.set('Set-Cookie', `${sessionCookie}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`);
}

export function sessionRoutes({ auth, store }: Services): Route[] {
	const failed = new FailedLogins();

	const login = (context: Context, token: string | null): Caller => {
		const { address } = clientOf(context.req);
		failed.check(address);
		const caller = token === null ? null : auth.withToken(token);
		if (caller) return caller;
		failed.add(address);
		// Accounts with passwords do not exist yet; a password is wrong by definition.
		throw new StudioError(
			'unauthorized',
			token === null ? 'there is no account with this password' : 'this token is not valid (any more)',
		);
	};

	return [
		route({
			method: 'POST',
			path: '/api/session',
			role: 'public',
			summary: 'Log in with a token; the answer sets a cookie',
			body: sessionCreateSchema,
			response: sessionSchema,
			handler: ({ context, body }) => {
				const caller = login(context, 'token' in body ? body.token : null);
				setSessionCookie(context, store.sessions.create(caller.token));
				return sessionOf(caller);
			},
		}),
		route({
			method: 'GET',
			path: '/api/session',
			role: 'viewer',
			outside: true,
			summary: 'Who you are',
			response: sessionSchema,
			handler: ({ caller }) => sessionOf(caller!),
		}),
		route({
			method: 'DELETE',
			path: '/api/session',
			role: 'viewer',
			summary: 'Log out: the cookie counts for nothing any more',
			status: 204,
			handler: ({ context }) => {
				const secret = cookieOf(context.req);
				if (secret) store.sessions.remove(secret);
				setCookie(context, '', 0);
			},
		}),
	];
}
