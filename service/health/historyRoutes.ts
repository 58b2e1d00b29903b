import { z } from 'zod';
import { systemHistorySchema } from '../contract/health.js';
import { type Route, route } from '../http/route.js';
import type { Health } from './health.js';

export function historyRoutes(health: Health): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/system/history',
			role: 'operator',
			summary: 'Measurements of the last hour; only those after `since` (ms since 1970)',
			query: z.strictObject({ since: z.coerce.number().min(0).default(0) }),
			response: systemHistorySchema,
			handler: ({ query }) => health.history.since(query.since),
		}),
	];
}
