import { z } from 'zod';
import { layerPatchSchema, scenePutSchema, sceneSchema } from '../contract/scenes.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { Switcher } from './switcher.js';

const params = z.object({ id: idSchema });
const layerParams = params.extend({ index: z.coerce.number().int().min(0).max(11) });

export type SceneVerbs = Pick<Switcher, 'putScene' | 'patchLayer' | 'deleteScene'>;

export function sceneRoutes({ scenes, state }: { scenes: SceneVerbs; state: LiveState }): Route[] {
	const labelOf = (id: string) => state.current.scenes[id]?.label ?? id;

	return [
		route({
			method: 'GET',
			path: '/api/scenes',
			role: 'operator',
			summary: 'All scenes',
			response: z.array(sceneSchema),
			handler: () => Object.values(state.current.scenes),
		}),
		route({
			method: 'GET',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'One scene',
			params,
			response: sceneSchema,
			handler: ({ params }) => entryOf(state.current.scenes, params.id, 'scene'),
		}),
		route({
			method: 'PUT',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'Create or replace a scene; if it is on program, it changes immediately',
			log: ({ params, body }) => `Changed the scene ${state.current.scenes[params.id]?.label ?? body.label ?? params.id}`,
			params,
			body: scenePutSchema,
			response: sceneSchema,
			handler: ({ params, body }) => {
				if (body.id !== undefined && body.id !== params.id) {
					throw new StudioError('invalid', `id: must be "${params.id}" as in the path, or omitted`);
				}
				return scenes.putScene(params.id, body);
			},
		}),
		route({
			method: 'PATCH',
			path: '/api/scenes/:id/layers/:index',
			role: 'operator',
			summary: 'Change one layer of a scene, counted from 0; if the scene is on program, it changes immediately',
			log: ({ params }) => `Changed the scene ${labelOf(params.id)}`,
			params: layerParams,
			body: layerPatchSchema,
			response: sceneSchema,
			handler: ({ params, body }) => {
				entryOf(state.current.scenes, params.id, 'scene');
				return scenes.patchLayer(params.id, params.index, body);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'Delete a scene that is not on a bus',
			log: ({ params }) => `Deleted the scene ${labelOf(params.id)}`,
			params,
			status: 204,
			handler: async ({ params }) => {
				entryOf(state.current.scenes, params.id, 'scene');
				scenes.deleteScene(params.id);
			},
		}),
	];
}
