import { z } from 'zod';
import { faultAcknowledgeSchema, faultSchema, pastFaultSchema } from '../contract/faults.js';
import type { Faults } from '../faults/faults.js';
import { type Route, route } from '../http/route.js';

const healthSchema = z.object({ status: z.enum(['ok', 'degraded', 'down']), faults: z.array(faultSchema).optional() });

export type FaultVerbs = Pick<Faults, 'list' | 'past' | 'acknowledge'>;

export function healthRoutes({ faults, onAir }: { faults: FaultVerbs; onAir: { readonly now: boolean } }): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/health',
			role: 'public',
			summary: 'ok or degraded (200), down while the program is not on air (503); faults are listed to those with a token',
			response: healthSchema,
			handler: ({ context, caller }) => {
				const now = faults.list();
				const status = onAir.now ? (now.length > 0 ? 'degraded' : 'ok') : 'down';
				if (status === 'down') context.status = 503;
				return caller ? { status, faults: now } : { status };
			},
		}),
		route({
			method: 'GET',
			path: '/api/faults',
			role: 'operator',
			summary: 'Current faults, and those of the last 24 hours that have ended, newest first',
			response: z.object({ faults: z.array(faultSchema), past: z.array(pastFaultSchema) }),
			handler: () => ({ faults: faults.list(), past: faults.past() }),
		}),
		route({
			method: 'POST',
			path: '/api/faults/acknowledge',
			role: 'operator',
			summary: 'Acknowledge a fault that does not end by itself: a recording that stopped, lost a file or has a gap',
			log: () => 'Acknowledged the fault',
			body: faultAcknowledgeSchema,
			status: 204,
			handler: ({ body }) => faults.acknowledge(body.code, body.subject),
		}),
	];
}
