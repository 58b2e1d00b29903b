import { z } from 'zod';
import { guestMessagePostSchema, guestMessageSchema } from '../contract/guestChannel.js';
import { guestCreateSchema, guestInviteSchema, guestPatchSchema, guestSchema } from '../contract/guests.js';
import { removeQuerySchema } from '../contract/sources.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import { StudioError } from '../util/errors.js';
import type { Conversations } from './conversations.js';
import type { GuestActions } from './guestActions.js';
import { type InviteParts, inviterOf } from './inviteRoutes.js';

const params = z.object({ id: idSchema });

export interface GuestParts extends InviteParts {
	guests: Pick<GuestActions, 'create' | 'patch' | 'remove' | 'undoRemoval'>;
	conversations: Pick<Conversations, 'add'>;
}

export function guestRoutes(o: GuestParts): Route[] {
	const { state, store, guests, conversations } = o;
	const guest = (id: string) => entryOf(state.current.guests, id, 'guest');
	const nameOf = (id: string) => state.current.guests[id]?.name ?? id;

	const invite = inviterOf(o);

	return [
		route({
			method: 'GET',
			path: '/api/guests',
			role: 'operator',
			summary: 'All guests',
			response: z.array(guestSchema),
			handler: () => Object.values(state.current.guests),
		}),
		route({
			method: 'GET',
			path: '/api/guests/:id',
			role: 'guest',
			outside: true,
			summary: 'One guest, with path, round trip, loss and bitrate of the connection; guests see only themselves',
			params,
			response: guestSchema,
			handler: ({ params, caller }) => {
				if (caller!.guest !== null && caller!.guest !== params.id)
					throw new StudioError('forbidden', `this token is for guest ${caller!.guest}`);
				return guest(params.id);
			},
		}),
		route({
			method: 'POST',
			path: '/api/guests',
			role: 'operator',
			audited: true,
			summary: 'Create a guest and an invite; `token` is returned only once',
			log: ({ body }) => `Invited ${body.name}`,
			body: guestCreateSchema,
			status: 201,
			response: guestInviteSchema,
			handler: ({ context, body }) => {
				const { id, name } = guests.create(body.name);
				return invite(context, id, name, body.expiresInS);
			},
		}),
		route({
			method: 'PATCH',
			path: '/api/guests/:id',
			role: 'operator',
			summary: 'Rename a guest, or cap the video bitrate',
			log: ({ params }) => `Changed the guest ${nameOf(params.id)}`,
			params,
			body: guestPatchSchema,
			response: guestSchema,
			handler: ({ params, body }) => {
				guest(params.id);
				return guests.patch(params.id, body);
			},
		}),
		route({
			method: 'POST',
			path: '/api/guests/:id/messages',
			role: 'operator',
			summary: 'Send a message to a guest’s page',
			log: null,
			params,
			body: guestMessagePostSchema,
			status: 201,
			response: guestMessageSchema,
			handler: ({ params, body }) => {
				guest(params.id);
				return conversations.add(params.id, 'studio', body.text);
			},
		}),
		route({
			method: 'GET',
			path: '/api/guests/:id/events',
			role: 'guest',
			summary: 'WebSocket of a guest’s page: tally, connection, and messages both ways',
			params,
			handler: () => {
				throw new StudioError('invalid', 'this is a WebSocket: send an upgrade request');
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/guests/:id',
			role: 'operator',
			audited: true,
			summary: 'Remove a guest: takes them off program, then ends their connection and invites. Can be undone for 10 s',
			log: ({ params }) => `Removed the guest ${nameOf(params.id)}`,
			params,
			query: removeQuerySchema,
			status: 204,
			handler: async ({ params, query }) => {
				guest(params.id);
				if (query.scene !== undefined) entryOf(state.current.scenes, query.scene, 'scene');
				store.tokens.removeOfGuest(params.id);
				await guests.remove(params.id, query.scene);
			},
		}),
		route({
			method: 'POST',
			path: '/api/guests/:id/restore',
			role: 'operator',
			audited: true,
			summary: 'Undo the removal of a guest: scenes and invites come back; the program does not change',
			log: ({ params }) => `Undid the removal of ${state.current.removed[params.id]?.label ?? params.id}`,
			params,
			response: guestSchema,
			handler: ({ params }) => guests.undoRemoval(params.id),
		}),
	];
}
