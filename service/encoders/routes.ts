import { z } from 'zod';
import { encoderSchema } from '../contract/encoders.js';
import { type Route, route } from '../http/route.js';
import type { LiveState } from '../state/state.js';

export function encoderRoutes(state: LiveState): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/encoder',
			role: 'operator',
			summary: 'The encoders in use: what was requested, and what was measured',
			response: z.array(encoderSchema),
			handler: () => Object.values(state.current.encoders),
		}),
	];
}
