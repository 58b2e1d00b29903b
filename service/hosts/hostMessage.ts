import { z } from 'zod';
import type { HostEvent } from '../../pipelines/protocol.js';

/** Decoders in a host process read what strangers send: what it says is checked before anything believes it. */
const schema: z.ZodType<HostEvent> = z.discriminatedUnion('type', [
	z.strictObject({ type: z.enum(['idle', 'ready', 'eos']) }),
	z.strictObject({ type: z.literal('refused'), reason: z.string() }),
	z.strictObject({ type: z.literal('event'), element: z.string(), event: z.string(), data: z.unknown() }),
	z.strictObject({ type: z.enum(['error', 'warning']), element: z.string(), message: z.string() }),
]);

/** Null for what no host says. */
export function hostMessage(message: unknown): HostEvent | null {
	return schema.safeParse(message).data ?? null;
}
