import { z } from 'zod';
import { faultAcknowledgeSchema, faultSchema, pastFaultSchema } from '../contract/faults.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

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
		route({
			method: 'GET',
			path: '/api/faults',
			role: 'operator',
			summary: 'What is wrong, and what was in the last 24 hours and is over, the newest first',
			response: z.object({ faults: z.array(faultSchema), past: z.array(pastFaultSchema) }),
			handler: () => ({ faults: studio.faults(), past: studio.pastFaults() }),
		}),
		route({
			method: 'POST',
			path: '/api/faults/acknowledge',
			role: 'operator',
			summary: 'Take note of a fault that does not end by itself: a recording that stopped, lost a file or has a gap',
			body: faultAcknowledgeSchema,
			status: 204,
			handler: ({ body }) => studio.acknowledgeFault(body.code, body.subject),
		}),
	];
}
