import type { Context } from 'koa';
import { type SessionCreate, sessionCreateSchema, sessionSchema } from '../contract/sessions.js';
import { type Caller, cookieOf, sessionCookie, sessionOf } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { SessionOwner } from '../store/sessions.js';
import { sessionDays } from '../store/sessions.js';
import type { Store } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import type { Accounts } from './accounts.js';

/** The account meant by a password without a name. */
const firstAccount = 'technician';

/** Extends a browser's session while it is used. */
export function extendSession(context: Context, store: Store): void {
	const secret = cookieOf(context.req)!;
	store.sessions.extend(secret);
	setSessionCookie(context, secret);
}

function setSessionCookie(context: Context, secret: string): void {
	setCookie(context, secret, sessionDays * 86_400);
}

function setCookie(context: Context, value: string, maxAgeS: number): void {
	const secure = clientOf(context.req).secure ? '; Secure' : '';
	context.set('Set-Cookie', `${sessionCookie}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`);
}

/** Starts a browser session and sets its cookie. */
export function openSession(context: Context, { store, auth }: Accounts, owner: SessionOwner): Caller {
	const agent = context
		.get('User-Agent')
		.replace(/[^\x20-\x7e]/g, '')
		.slice(0, 200);
	const secret = store.sessions.create({ owner, address: clientOf(context.req).address, agent });
	setSessionCookie(context, secret);
	return auth.withSession(secret)!;
}

export function sessionRoutes(accounts: Accounts): Route[] {
	const { auth, store, passwords, lockout, loginCodes } = accounts;

	const wrong = (what: string) => new StudioError('unauthorized', what);

	/** The caller the credentials belong to. Throws before any comparison when the caller has to wait. */
	const owner = async (context: Context, body: SessionCreate): Promise<SessionOwner> => {
		const { address } = clientOf(context.req);
		if ('token' in body) {
			const attempt = lockout.begin(address, null);
			const caller = auth.withToken(body.token);
			if (caller === null) throw wrong('this token is not valid; it may have expired or been revoked');
			attempt.succeeded();
			return { token: caller.token };
		}
		if ('code' in body) {
			const attempt = lockout.begin(address, null);
			const found = loginCodes.take(body.code);
			// Its maker may have been removed since.
			const owned = found && ('user' in found ? store.users.get(found.user) : store.tokens.get(found.token));
			if (!owned) throw wrong('this code is not valid; a code works once, for five minutes');
			attempt.succeeded();
			return found!;
		}
		const name = body.name ?? firstAccount;
		const user = store.users.named(name);
		// A password may have been typed as the name: only names that exist are passed on.
		if (user) context.state.audit = { who: user.name };
		const attempt = lockout.begin(address, name);
		const matches = await passwords.matches(body.password, user && store.users.password(user.id));
		// The account may have been removed during the comparison.
		if (!user || !matches || !store.users.get(user.id)) throw wrong('there is no account with this name and password');
		attempt.succeeded();
		store.users.loggedIn(user.id);
		return { user: user.id };
	};

	return [
		route({
			method: 'POST',
			path: '/api/session',
			role: 'public',
			audited: true,
			looksOnly: true,
			summary: 'Log in with name and password, a one-time code or a token; the answer sets a cookie',
			body: sessionCreateSchema,
			response: sessionSchema,
			handler: async ({ context, body }) => {
				const caller = openSession(context, accounts, await owner(context, body));
				context.state.audit = { who: caller.name, role: caller.role };
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
			audited: true,
			looksOnly: true,
			summary: 'Log out: the cookie is no longer valid',
			status: 204,
			handler: ({ context }) => {
				const secret = cookieOf(context.req);
				if (secret) store.sessions.remove(secret);
				setCookie(context, '', 0);
			},
		}),
	];
}
