import type { Context } from 'koa';
import { z } from 'zod';
import { type GuestInvite, guestInviteSchema, inviteCreateSchema, inviteSchema } from '../contract/guests.js';
import { idSchema } from '../contract/values.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { Settings } from '../settings/settings.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import type { Store } from '../store/store.js';
import { StudioError } from '../util/errors.js';
import { checkRoom } from '../util/limits.js';
import { qrSvg } from '../util/qr.js';

export interface InviteParts {
	state: LiveState;
	store: Store;
	settings: Settings;
}

type Inviter = (context: Context, guest: string, name: string, expiresInS: number) => GuestInvite;

/**
 * Makes invite links, under the public name when there is one, else under the name the operator used. The secret is in the
 * fragment, which browsers send to no server.
 */
export function inviterOf({ store, settings }: Pick<InviteParts, 'store' | 'settings'>): Inviter {
	return (context, guest, name, expiresInS) => {
		checkRoom('invites of this guest', store.tokens.ofGuest(guest).length);
		const { id, token, expiresAt } = store.tokens.create({ label: `Guest ${name}`, role: 'guest', guest, expiresInS });
		const origin = settings.current.access.publicUrl ?? clientOf(context.req).origin;
		const joinUrl = `${origin}/guest_join#${token}`;
		return {
			id: guest,
			token,
			joinUrl,
			whipUrl: `${origin}/whip/${guest}`,
			returnUrl: `${origin}/whep/return-${guest}`,
			invite: id,
			expiresAt: expiresAt!,
			qrSvg: qrSvg(joinUrl),
		};
	};
}

/** The invites of a guest: each is for that guest's seat only. */
export function inviteRoutes(o: InviteParts): Route[] {
	const { state, store } = o;
	const params = z.object({ id: idSchema });
	const invite = inviterOf(o);
	const guest = (id: string) => entryOf(state.current.guests, id, 'guest');
	const nameOf = (id: string) => state.current.guests[id]?.name ?? id;
	return [
		route({
			method: 'GET',
			path: '/api/guests/:id/invites',
			role: 'operator',
			summary: 'The valid invites of a guest, without their secrets',
			params,
			response: z.array(inviteSchema),
			handler: ({ params }) => store.tokens.ofGuest(guest(params.id).id).map((token) => inviteSchema.parse(token)),
		}),
		route({
			method: 'POST',
			path: '/api/guests/:id/invite',
			role: 'operator',
			audited: true,
			summary: 'Create another invite for a guest; earlier ones stay valid until they expire or are revoked',
			log: ({ params }) => `Created another invite for ${nameOf(params.id)}`,
			params,
			body: inviteCreateSchema,
			status: 201,
			response: guestInviteSchema,
			handler: ({ context, params, body }) => invite(context, params.id, guest(params.id).name, body.expiresInS),
		}),
		route({
			method: 'DELETE',
			path: '/api/guests/:id/invites/:invite',
			role: 'operator',
			audited: true,
			summary: 'Revoke an invite. A guest who is connected with it stays until they leave or are removed',
			log: ({ params }) => `Revoked an invite of ${nameOf(params.id)}`,
			params: params.extend({ invite: idSchema }),
			status: 204,
			handler: ({ params }) => {
				const known = store.tokens.ofGuest(guest(params.id).id).find(({ id }) => id === params.invite);
				if (!known) throw new StudioError('not-found', `this guest has no invite "${params.invite}"; it may have expired`);
				store.tokens.revoke(known);
			},
		}),
	];
}
