import { z } from 'zod';
import { type Route, route } from './route.js';
import { encoderSchema } from './schema.js';
import type { Services } from './services.js';

export function encoderRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/encoder',
			role: 'operator',
			summary: 'The encoders in use: what was asked of them, and what was measured',
			response: z.array(encoderSchema),
			handler: () => Object.values(studio.state.current.encoders),
		}),
	];
}
