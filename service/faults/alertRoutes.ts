import { alertStatusSchema, alertTestSchema } from '../contract/health.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function alertRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/alerts',
			role: 'technician',
			summary: 'Where faults are sent (settings: alerts), and how many were',
			response: alertStatusSchema,
			handler: () => studio.alerts.status,
		}),
		route({
			method: 'POST',
			path: '/api/alerts/test',
			role: 'technician',
			summary: 'Send a test to the webhook, now and once',
			response: alertTestSchema,
			handler: () => studio.alerts.test(),
		}),
	];
}
