import { alertStatusSchema, alertTestSchema } from '../contract/health.js';
import { type Route, route } from '../http/route.js';
import type { Alerts } from './alerts.js';

export function alertRoutes(alerts: Alerts): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/alerts',
			role: 'technician',
			summary: 'Where faults are sent (settings: alerts), and how many were sent',
			response: alertStatusSchema,
			handler: () => alerts.status,
		}),
		route({
			method: 'POST',
			path: '/api/alerts/test',
			role: 'technician',
			summary: 'Send one test to the webhook, now',
			log: () => 'Sent a test to the webhook',
			response: alertTestSchema,
			handler: () => alerts.test(),
		}),
	];
}
