import { z } from 'zod';
import { removeQuerySchema, sourceCreateSchema, sourcePatchSchema, sourceSchema } from '../contract/sources.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf, type Services } from '../services.js';

const params = z.object({ id: idSchema });

export function sourceRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/sources',
			role: 'operator',
			summary: 'All sources',
			response: z.array(sourceSchema),
			handler: () => Object.values(studio.state.current.sources),
		}),
		route({
			method: 'GET',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'One source',
			params,
			response: sourceSchema,
			handler: ({ params }) => entryOf(studio.state.current.sources, params.id, 'source'),
		}),
		route({
			method: 'PATCH',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'Change label, colour, delay, sound card, crop, fit, what is shown when it is lost, or where RTP is taken',
			params,
			body: sourcePatchSchema,
			response: sourceSchema,
			handler: ({ params, body }) => {
				entryOf(studio.state.current.sources, params.id, 'source');
				return studio.patchSource(params.id, body);
			},
		}),
		route({
			method: 'POST',
			path: '/api/sources',
			role: 'operator',
			summary: 'Take plain RTP in as a source (H.264 or VP8, Opus)',
			body: sourceCreateSchema,
			status: 201,
			response: sourceSchema,
			handler: ({ body }) => studio.createSource(body),
		}),
		route({
			method: 'DELETE',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'Remove a source of kind rtp; the program goes on without it first. Can be undone for 10 s',
			params,
			query: removeQuerySchema,
			status: 204,
			handler: async ({ params, query }) => {
				entryOf(studio.state.current.sources, params.id, 'source');
				if (query.scene !== undefined) entryOf(studio.state.current.scenes, query.scene, 'scene');
				await studio.deleteSource(params.id, query.scene);
			},
		}),
		route({
			method: 'POST',
			path: '/api/sources/:id/restore',
			role: 'operator',
			summary: 'Undo the removal of a source: it is in every scene it was in; the program stays',
			params,
			response: sourceSchema,
			handler: ({ params }) => studio.restoreSource(params.id),
		}),
	];
}
