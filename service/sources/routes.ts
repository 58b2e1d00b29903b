import { z } from 'zod';
import { removeQuerySchema, sourceCreateSchema, sourcePatchSchema, sourceSchema } from '../contract/sources.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import type { SourceActions } from './sourceActions.js';

const params = z.object({ id: idSchema });

export type SourceVerbs = Pick<SourceActions, 'patch' | 'create' | 'remove' | 'undoRemoval'>;

export function sourceRoutes({ sources, state }: { sources: SourceVerbs; state: LiveState }): Route[] {
	const labelOf = (id: string) => state.current.sources[id]?.label ?? id;

	return [
		route({
			method: 'GET',
			path: '/api/sources',
			role: 'operator',
			summary: 'All sources',
			response: z.array(sourceSchema),
			handler: () => Object.values(state.current.sources),
		}),
		route({
			method: 'GET',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'One source',
			params,
			response: sourceSchema,
			handler: ({ params }) => entryOf(state.current.sources, params.id, 'source'),
		}),
		route({
			method: 'PATCH',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'Change label, colour, delay, sound card, crop, fit, what is shown when it is lost, or where RTP is received',
			log: ({ params }) => `Changed the source ${labelOf(params.id)}`,
			params,
			body: sourcePatchSchema,
			response: sourceSchema,
			handler: ({ params, body }) => {
				entryOf(state.current.sources, params.id, 'source');
				return sources.patch(params.id, body);
			},
		}),
		route({
			method: 'POST',
			path: '/api/sources',
			role: 'operator',
			summary: 'Add a plain RTP stream as a source (H.264 or VP8, Opus)',
			log: ({ body }) => `Added the source ${body.label}`,
			body: sourceCreateSchema,
			status: 201,
			response: sourceSchema,
			handler: ({ body }) => sources.create(body),
		}),
		route({
			method: 'DELETE',
			path: '/api/sources/:id',
			role: 'operator',
			summary: 'Remove a source of kind rtp: takes it off program first. Can be undone for 10 s',
			log: ({ params }) => `Removed the source ${labelOf(params.id)}`,
			params,
			query: removeQuerySchema,
			status: 204,
			handler: async ({ params, query }) => {
				entryOf(state.current.sources, params.id, 'source');
				if (query.scene !== undefined) entryOf(state.current.scenes, query.scene, 'scene');
				await sources.remove(params.id, query.scene);
			},
		}),
		route({
			method: 'POST',
			path: '/api/sources/:id/restore',
			role: 'operator',
			summary: 'Undo the removal of a source: it returns to every scene it was in; the program does not change',
			log: ({ params }) => `Undid the removal of ${state.current.removed[params.id]?.label ?? params.id}`,
			params,
			response: sourceSchema,
			handler: ({ params }) => sources.undoRemoval(params.id),
		}),
	];
}
