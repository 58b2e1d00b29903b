import type { Context } from 'koa';
import { z } from 'zod';
import { userCreateSchema, userPatchSchema, userRemoveSchema, userSchema } from '../contract/accounts.js';
import { idSchema } from '../contract/values.js';
import type { Caller } from '../http/caller.js';
import { type Route, route } from '../http/route.js';
import type { StoredUser } from '../store/users.js';
import { StudioError } from '../util/errors.js';
import { checkRoom } from '../util/limits.js';
import type { Accounts } from './accounts.js';
import { provePresence } from './presence.js';

/** People's accounts. There is always at least one technician. */
export function userRoutes(accounts: Accounts): Route[] {
	const { store, passwords, loginCodes } = accounts;
	const { users, sessions } = store;
	const params = z.object({ id: idSchema });

	const user = (id: string): StoredUser => {
		const found = users.get(id);
		if (!found) throw new StudioError('not-found', `there is no account "${id}"`);
		return found;
	};
	const free = (name: string, but: string | null = null): void => {
		const taken = users.named(name);
		if (taken && taken.id !== but) throw new StudioError('conflict', `there is already an account called "${taken.name}"`);
	};
	const keepTechnician = ({ role }: StoredUser): void => {
		if (role === 'technician' && users.technicians === 1)
			throw new StudioError('conflict', 'this is the only technician: give another account the role technician first');
	};

	/** Logs out whoever uses the account, and ends what was made in its sessions. */
	const end = (id: string, but: string | null): void => {
		loginCodes.endOf({ user: id });
		sessions.endOfUser(id, but);
	};
	const prove = (context: Context, caller: Caller | null, given: string | undefined) =>
		provePresence(accounts, context, caller!, { field: 'presentPassword', given });

	return [
		route({
			method: 'GET',
			path: '/api/users',
			role: 'technician',
			summary: 'All accounts',
			response: z.array(userSchema),
			handler: () => users.list(),
		}),
		route({
			method: 'POST',
			path: '/api/users',
			role: 'technician',
			summary: 'Create an account',
			log: ({ body }) => `Created the account ${body.name}`,
			body: userCreateSchema,
			status: 201,
			response: userSchema,
			handler: async ({ context, caller, body }) => {
				const { name, role } = body;
				await prove(context, caller, body.presentPassword);
				free(name);
				const password = await passwords.hash(body.password);
				free(name);
				checkRoom('accounts', users.size);
				return users.create({ name, role, password });
			},
		}),
		route({
			method: 'PATCH',
			path: '/api/users/:id',
			role: 'technician',
			summary: 'Change the name, role or password of an account; a new role or password ends its sessions',
			log: ({ params, body }) => `Changed the account ${body.name ?? params.id}`,
			params,
			body: userPatchSchema,
			response: userSchema,
			handler: async ({ context, params: { id }, body, caller }) => {
				context.state.audit = { subject: user(id).name };
				await prove(context, caller, body.presentPassword);
				const password = body.password === undefined ? undefined : await passwords.hash(body.password);
				// Hashing takes a while: the rights are checked after it.
				const known = user(id);
				if (body.name !== undefined) free(body.name, id);
				if (body.role !== undefined && body.role !== 'technician') keepTechnician(known);
				const { password: _, presentPassword: __, ...change } = body;
				users.change(id, { ...change, ...(password !== undefined && { password }) });
				const another = body.role !== undefined && body.role !== known.role;
				if (password !== undefined || another) end(id, caller!.session);
				return user(id);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/users/:id',
			role: 'technician',
			summary: 'Remove an account; its sessions end',
			log: ({ params }) => `Removed the account ${params.id}`,
			params,
			body: userRemoveSchema,
			status: 204,
			handler: async ({ context, params: { id }, body, caller }) => {
				context.state.audit = { subject: user(id).name };
				await prove(context, caller, body.presentPassword);
				keepTechnician(user(id));
				end(id, null);
				users.remove(id);
			},
		}),
	];
}
