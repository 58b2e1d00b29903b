import { readySchema, showPlanSchema } from '../contract/ready.js';
import { type Route, route } from '../http/route.js';
import type { ReadyCheck } from './ready.js';

export function readyRoutes(ready: ReadyCheck): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/ready',
			role: 'operator',
			summary: 'Whether the show can begin: every input, sound, guest, output and the machine, each with what to do',
			response: readySchema,
			handler: () => ready.report(),
		}),
		route({
			method: 'POST',
			path: '/api/ready/test',
			role: 'operator',
			summary: 'Try out targets and disk without going live; the report tells how far that is',
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
			summary: 'How long the show is to be; null when nobody knows',
			log: () => 'Set the planned length',
			body: showPlanSchema,
			response: showPlanSchema,
			handler: ({ body }) => ready.setPlan(body),
		}),
	];
}
