import { z } from 'zod';
import { tokenCreateSchema, tokenSchema } from '../contract/sessions.js';
import { idSchema } from '../contract/values.js';
import type { Caller } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { Settings } from '../settings/settings.js';
import type { Store } from '../store/store.js';
import type { TokenCreate } from '../store/tokens.js';
import { StudioError } from '../util/errors.js';

/** The browser session that makes it; tokens made by programs have none and stay. */
function makerOf({ token, session }: Caller): TokenCreate['maker'] {
	return session === null ? null : { owner: token, session };
}

export function tokenRoutes({ store, settings }: { store: Store; settings: Settings }): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/tokens',
			role: 'technician',
			summary: 'All tokens, without secrets',
			response: z.array(tokenSchema),
			handler: () => store.tokens.list().map((token) => tokenSchema.parse(token)),
		}),
		route({
			method: 'POST',
			path: '/api/tokens',
			role: 'technician',
			summary: 'Create a token; its secret, `token`, is returned only once',
			log: ({ body }) => `Created the token ${body.label}`,
			body: tokenCreateSchema,
			status: 201,
			response: tokenSchema.extend({ token: z.string(), watchUrl: z.string().nullable() }),
			handler: ({ context, body, caller }) => {
				if (body.role === 'guest') throw new StudioError('invalid', 'role: create guest tokens with POST /api/guests');
				if (body.role === 'technician' && body.streamers)
					throw new StudioError('invalid', 'streamers: not for technicians, who may watch everything');
				if (body.readOnly && body.role === 'viewer') throw new StudioError('invalid', 'readOnly: viewers are always read-only');
				const { guest: _, ...token } = store.tokens.create({ ...body, maker: makerOf(caller!) });
				const origin = settings.current.access.publicUrl ?? clientOf(context.req).origin;
				const watched = body.role === 'viewer' ? (body.streamers?.[0] ?? 'program') : null;
				return { ...token, watchUrl: watched === null ? null : `${origin}/watch/${watched}#${token.token}` };
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/tokens/:id',
			role: 'technician',
			summary: 'Revoke a token and the sessions opened with it',
			log: ({ params }) => `Revoked the token ${params.id}`,
			params: z.object({ id: idSchema }),
			status: 204,
			handler: ({ context, params }) => {
				context.state.audit = { subject: store.tokens.get(params.id)?.label ?? params.id };
				if (!store.tokens.remove(params.id)) throw new StudioError('not-found', `there is no token "${params.id}"`);
			},
		}),
	];
}
