import { z } from 'zod';
import { id, label } from './values.js';

export const knockSchema = z.strictObject({
	name: label,
	/** From an earlier visit of this browser: it reserves a place to wait in. */
	pass: z.string().max(200).optional(),
});
export const knockMadeSchema = z.object({
	/** What the visitor asks with. */
	ticket: z.string(),
	expiresInS: z.number().int(),
});
export type KnockMade = z.infer<typeof knockMadeSchema>;
export const ticketSchema = z.strictObject({ ticket: z.string().min(1).max(100) });
export const ticketStateSchema = z.discriminatedUnion('state', [
	z.object({ state: z.literal('waiting') }),
	z.object({ state: z.literal('admitted'), token: z.string(), pass: z.string() }),
	z.object({ state: z.literal('refused') }),
	/** Displaced by somebody new: too many people are knocking. */
	z.object({ state: z.literal('gave-way') }),
]);
export type TicketState = z.infer<typeof ticketStateSchema>;
export const visitorSchema = z.object({
	id,
	name: label,
	/** The address of the visitor's machine. */
	address: z.string(),
	since: z.string(),
});
export type Visitor = z.infer<typeof visitorSchema>;
