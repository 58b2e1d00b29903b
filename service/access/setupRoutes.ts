import { type SetupState, setupSchema, setupStateSchema } from '../contract/accounts.js';
import { sessionSchema } from '../contract/sessions.js';
import { sessionOf } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { Accounts } from './accounts.js';
import { openSession } from './sessionRoutes.js';

/** The first visit: the code sets the technician's password and logs in. */
export function setupRoutes(accounts: Accounts): Route[] {
	const { setup, store, passwords, lockout, loginCodes } = accounts;
	const { users, sessions } = store;
	return [
		route({
			method: 'GET',
			path: '/api/setup',
			role: 'public',
			summary: 'Whether the studio still has to be set up',
			response: setupStateSchema,
			handler: (): SetupState => {
				if (setup.open) return { state: setup.first ? 'first' : 'again' };
				return { state: users.technicians > 0 ? 'done' : 'none' };
			},
		}),
		route({
			method: 'POST',
			path: '/api/setup',
			role: 'public',
			audited: true,
			summary: 'Set the technician’s password with the code from the console or log; the answer sets a cookie',
			body: setupSchema,
			response: sessionSchema,
			handler: async ({ context, body: { code, name, password } }) => {
				// First of all: guessing at a studio that is already set up has to wait as well.
				const attempt = lockout.begin(clientOf(context.req).address, null);
				setup.check(code);
				attempt.succeeded();
				const hash = await passwords.hash(password);
				// Somebody else may have been faster.
				setup.check(code);
				setup.done();
				const known = users.named(name);
				const user = known ?? users.create({ name, role: 'technician', password: hash });
				if (known) {
					users.change(known.id, { role: 'technician', password: hash });
					loginCodes.endOf({ user: known.id });
					sessions.endOfUser(known.id);
				}
				users.loggedIn(user.id);
				const caller = openSession(context, accounts, { user: user.id });
				context.state.audit = { who: caller.name, role: caller.role };
				return sessionOf(caller);
			},
		}),
	];
}
