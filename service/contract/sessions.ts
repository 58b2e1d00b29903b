import { z } from 'zod';
import { roles } from './roles.js';
import { id, label } from './values.js';

export const sessionCreateSchema = z.union([
	z.strictObject({ token: z.string().min(1).max(256) }),
	/** For the account `technician` when no name is given. */
	z.strictObject({ name: label.normalize('NFC').optional(), password: z.string().min(1).max(256) }),
	z.strictObject({ code: z.string().min(1).max(64) }),
]);
export type SessionCreate = z.infer<typeof sessionCreateSchema>;
export const sessionSchema = z.object({ role: z.enum(roles), guest: id.nullable(), streamers: z.array(id).nullable() });
export type Session = z.infer<typeof sessionSchema>;
export const tokenCreateSchema = z.strictObject({
	label,
	role: z.enum(roles),
	/** Streamers a viewer token may watch; null or absent means program only. */
	streamers: z.array(id).max(16).nullable().optional(),
	/** May look but change nothing. */
	readOnly: z.boolean().optional(),
	expiresInS: z
		.number()
		.int()
		.min(60)
		.max(366 * 86_400)
		.nullable()
		.optional(),
});
export const tokenSchema = z.object({
	id,
	label,
	role: z.enum(roles),
	streamers: z.array(id).nullable(),
	readOnly: z.boolean(),
	createdAt: z.string(),
	expiresAt: z.string().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;
