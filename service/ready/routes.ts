import { readySchema, showPlanSchema } from '../contract/ready.js';
import { type Route, route } from '../http/route.js';
import type { ReadyCheck } from './ready.js';

export function readyRoutes(ready: ReadyCheck): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/ready',
			role: 'operator',
			summary:
				'Whether the show can begin: checks of inputs, sound, guests, targets and the machine, each with what to do about it',
			response: readySchema,
			handler: () => ready.report(),
		}),
		route({
			method: 'POST',
			path: '/api/ready/test',
			role: 'operator',
			summary: 'Test targets and disk without going live; the report shows the progress',
			log: null,
			status: 202,
			response: readySchema,
			handler: () => {
				ready.test();
				return ready.report();
			},
		}),
		route({
			method: 'PUT',
			path: '/api/ready/plan',
			role: 'operator',
			summary: 'Set the planned length of the show; null when unknown',
			log: () => 'Set the planned length',
			body: showPlanSchema,
			response: showPlanSchema,
			handler: ({ body }) => ready.setPlan(body),
		}),
	];
}
