import { z } from 'zod';
import { type Route, route } from './route.js';
import { faultSchema } from './schema.js';
import type { Services } from './services.js';

const healthSchema = z.object({ status: z.enum(['ok', 'degraded', 'down']), faults: z.array(faultSchema).optional() });

export function healthRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/health',
			role: 'public',
			summary: 'ok or degraded (200), down while the program is not on air (503); faults are listed to those with a token',
			response: healthSchema,
			handler: ({ context, caller }) => {
				const faults = studio.faults();
				const status = studio.onAir() ? (faults.length > 0 ? 'degraded' : 'ok') : 'down';
				if (status === 'down') context.status = 503;
				return caller ? { status, faults } : { status };
			},
		}),
	];
}
