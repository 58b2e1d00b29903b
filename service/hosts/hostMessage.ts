import { z } from 'zod';
import type { HostEvent } from '../../pipelines/protocol.js';

/** Decoders in a host read what strangers send, so its messages are checked before anything trusts them. */
const schema: z.ZodType<HostEvent> = z.discriminatedUnion('type', [
	z.strictObject({ type: z.enum(['idle', 'ready', 'eos']) }),
	z.strictObject({ type: z.literal('refused'), reason: z.string() }),
	z.strictObject({ type: z.literal('event'), element: z.string(), event: z.string(), data: z.unknown() }),
	z.strictObject({ type: z.enum(['error', 'warning']), element: z.string(), message: z.string() }),
]);

/** Null when no host would send it. */
export function hostMessage(message: unknown): HostEvent | null {
	return schema.safeParse(message).data ?? null;
}
