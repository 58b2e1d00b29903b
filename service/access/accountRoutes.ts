import type { Context } from 'koa';
import { z } from 'zod';
import {
	accountSchema,
	loginCodeSchema,
	passwordChangeSchema,
	type SessionEntry,
	sessionEntrySchema,
} from '../contract/accounts.js';
import { idSchema } from '../contract/values.js';
import type { Caller } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { SessionOwner, StoredSession } from '../store/sessions.js';
import { isLoopbackAddress, lanAddresses, urlHost } from '../util/addresses.js';
import { StudioError } from '../util/errors.js';
import { qrSvg } from '../util/qr.js';
import type { Accounts } from './accounts.js';
import { shownCode } from './codes.js';
import { provePresence } from './presence.js';

const params = z.object({ id: idSchema });

/** Whose sessions count as the caller's own. A link is shared: who came by one sees no other session of it. */
function ownerOf({ user, token }: Caller): SessionOwner {
	return user === null ? { token } : { user };
}

/** A caller's own account: name, password, a phone's login, and open sessions. */
export function accountRoutes(accounts: Accounts, httpsPort: () => number): Route[] {
	const { store, passwords, loginCodes } = accounts;
	const { users, sessions } = store;

	const own = (caller: Caller): StoredSession[] =>
		sessions.list(ownerOf(caller)).filter(({ id }) => caller.user !== null || id === caller.session);

	/** Under the name of this request; on the device itself under an address that a phone can reach. */
	const origin = (context: Context): string => {
		const host = context.hostname.replace(/^\[|\]$/g, '');
		const local = host === '' || host === 'localhost' || isLoopbackAddress(host);
		const reached = local ? lanAddresses()[0] : undefined;
		return reached === undefined ? clientOf(context.req).origin : `https://${urlHost(reached)}:${httpsPort()}`;
	};

	return [
		route({
			method: 'GET',
			path: '/api/account',
			role: 'viewer',
			summary: 'Who you are, for display',
			response: accountSchema,
			handler: ({ caller }) => {
				const { user, name, role, readOnly, session } = caller!;
				return { kind: user === null ? 'token' : 'account', name, role, readOnly, session };
			},
		}),
		route({
			method: 'PUT',
			path: '/api/account/password',
			role: 'viewer',
			audited: true,
			summary: 'Change your password; ends your other sessions and revokes the codes and tokens created in them',
			body: passwordChangeSchema,
			status: 204,
			handler: async ({ context, caller, body }) => {
				const { user, session } = caller!;
				if (user === null) throw new StudioError('conflict', 'you are logged in with a link or token, which has no password');
				await provePresence(accounts, context, caller!, { field: 'password', given: body.password });
				users.change(user, { password: await passwords.hash(body.newPassword) });
				loginCodes.endOf({ user });
				sessions.endOfUser(user, session);
			},
		}),
		route({
			method: 'POST',
			path: '/api/account/code',
			role: 'operator',
			audited: true,
			summary: 'A one-time code that logs a phone in as you, valid for five minutes',
			log: () => 'Created a code to log in on a phone',
			status: 201,
			response: loginCodeSchema,
			handler: ({ context, caller }) => {
				const { code, expiresAt } = loginCodes.make(ownerOf(caller!), caller!.session);
				const url = `${origin(context)}/#code=${code}`;
				return { code: shownCode(code), url, expiresAt, qrSvg: qrSvg(url) };
			},
		}),
		route({
			method: 'GET',
			path: '/api/account/sessions',
			role: 'viewer',
			summary: 'Where you are logged in',
			response: z.array(sessionEntrySchema),
			handler: ({ caller }) => own(caller!).map((session) => entryOf(session, store, caller!)),
		}),
		route({
			method: 'DELETE',
			path: '/api/account/sessions',
			role: 'viewer',
			audited: true,
			summary: 'Log out everywhere else; revokes the codes and tokens created there',
			status: 204,
			handler: ({ caller }) => {
				// A link or token sees only the session it is used in; a program has none.
				if (caller!.user !== null) sessions.endOfUser(caller!.user, caller!.session);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/account/sessions/:id',
			role: 'viewer',
			audited: true,
			summary: 'Log out one of your sessions',
			params,
			status: 204,
			handler: ({ caller, params: { id } }) => {
				if (!own(caller!).some((session) => session.id === id))
					throw new StudioError('not-found', `you have no session "${id}"; it may have ended`);
				sessions.end(id);
			},
		}),
		route({
			method: 'GET',
			path: '/api/sessions',
			role: 'technician',
			summary: 'Who is logged in, and with which browser',
			response: z.array(sessionEntrySchema),
			handler: ({ caller }) => sessions.list().map((session) => entryOf(session, store, caller!)),
		}),
		route({
			method: 'DELETE',
			path: '/api/sessions/:id',
			role: 'technician',
			summary: 'End a session: that browser is logged out within ten seconds',
			log: ({ params }) => `Ended the session ${params.id}`,
			params,
			status: 204,
			handler: ({ params: { id } }) => {
				if (!sessions.end(id)) throw new StudioError('not-found', `there is no session "${id}"; it may have ended`);
			},
		}),
	];
}

function entryOf(session: StoredSession, { users, tokens }: Accounts['store'], caller: Caller): SessionEntry {
	const { user, token, ...shown } = session;
	const account = user === null ? null : users.get(user);
	const by = token === null ? null : tokens.get(token);
	return {
		...shown,
		kind: user === null ? 'token' : 'account',
		name: account?.name ?? by?.label ?? '',
		role: account?.role ?? by?.role ?? 'viewer',
		current: session.id === caller.session,
	};
}
