import { z } from 'zod';
import { targetCreateSchema, targetPatchSchema, targetSchema } from '../contract/targets.js';
import { idSchema } from '../contract/values.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import type { Targets } from './targets.js';

const params = z.object({ id: idSchema });

export type TargetVerbs = Pick<Targets, 'create' | 'patch' | 'remove' | 'test'>;

export function targetRoutes({ targets, state }: { targets: TargetVerbs; state: LiveState }): Route[] {
	const target = (id: string) => entryOf(state.current.targets, id, 'target');

	const labelOf = (id: string) => state.current.targets[id]?.label ?? id;

	return [
		route({
			method: 'GET',
			path: '/api/targets',
			role: 'operator',
			summary: 'All targets, with what has been sent to them',
			response: z.array(targetSchema),
			handler: () => Object.values(state.current.targets),
		}),
		route({
			method: 'GET',
			path: '/api/targets/:id',
			role: 'operator',
			summary: 'One target',
			params,
			response: targetSchema,
			handler: ({ params }) => target(params.id),
		}),
		route({
			method: 'POST',
			path: '/api/targets',
			role: 'operator',
			summary: 'Send the program as plain RTP: H.264 with payload type 96, Opus with 111',
			log: ({ body }) => `Added the target ${body.label}`,
			body: targetCreateSchema,
			status: 201,
			response: targetSchema,
			handler: ({ body }) => targets.create(body),
		}),
		route({
			method: 'PATCH',
			path: '/api/targets/:id',
			role: 'operator',
			summary: 'Change a target, or switch it on or off',
			log: ({ params }) => `Changed the target ${labelOf(params.id)}`,
			params,
			body: targetPatchSchema,
			response: targetSchema,
			handler: ({ params, body }) => {
				target(params.id);
				return targets.patch(params.id, body);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/targets/:id',
			role: 'operator',
			summary: 'Remove a target',
			log: ({ params }) => `Removed the target ${labelOf(params.id)}`,
			params,
			status: 204,
			handler: async ({ params }) => {
				target(params.id);
				await targets.remove(params.id);
			},
		}),
	];
}
