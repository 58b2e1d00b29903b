import { type Route, route } from './route.js';
import { systemSchema } from './schema.js';
import type { Services } from './services.js';

export function systemRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/system',
			role: 'operator',
			summary: 'Version, canvas, slots, load, temperature and disk',
			response: systemSchema,
			handler: () => studio.state.current.system,
		}),
	];
}
