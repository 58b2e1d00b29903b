import { z } from 'zod';
import { StudioError } from '../errors.js';
import { type Route, route } from './route.js';
import { idSchema, scenePutSchema, sceneSchema } from './schema.js';
import { entryOf, type Services } from './services.js';

const params = z.object({ id: idSchema });

export function sceneRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/scenes',
			role: 'operator',
			summary: 'All scenes',
			response: z.array(sceneSchema),
			handler: () => Object.values(studio.state.current.scenes),
		}),
		route({
			method: 'GET',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'One scene',
			params,
			response: sceneSchema,
			handler: ({ params }) => entryOf(studio.state.current.scenes, params.id, 'scene'),
		}),
		route({
			method: 'PUT',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'Make or replace a scene; on program it changes at once',
			params,
			body: scenePutSchema,
			response: sceneSchema,
			handler: ({ params, body }) => {
				if (body.id !== undefined && body.id !== params.id) {
					throw new StudioError('invalid', `id: must be "${params.id}" as in the path, or left out`);
				}
				return studio.putScene(params.id, body);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/scenes/:id',
			role: 'operator',
			summary: 'Remove a scene that is on no bus',
			params,
			status: 204,
			handler: async ({ params }) => {
				entryOf(studio.state.current.scenes, params.id, 'scene');
				await studio.deleteScene(params.id);
			},
		}),
	];
}
