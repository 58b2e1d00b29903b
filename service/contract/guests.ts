import { z } from 'zod';
import { connectionSchema } from './connection.js';
import { guestMessageSchema, guestVideoSchema } from './guestChannel.js';
import { id, label } from './values.js';

export const guestStates = ['invited', 'connecting', 'connected', 'lost'] as const;
export const guestSchema = z.object({
	/** `guest-…`, also the id of the guest's source and audio strip. */
	id,
	name: label,
	state: z.enum(guestStates),
	path: z.enum(['lan', 'direct', 'relay']).nullable(),
	rttMs: z.number().nullable(),
	lossPct: z.number().nullable(),
	kbps: z.number().nullable(),
	codec: z.string().nullable(),
	video: guestVideoSchema.nullable(),
	/** Connected, and for more than a second neither picture nor sound has come: muted, or nothing moves. */
	nothingSent: z.boolean(),
	/** Highest bitrate of the picture that the guest's page may send; null = no cap. */
	maxKbps: z.number().int().nullable(),
	/** The newest of the conversation, and up to which one the guest has read. */
	messages: z.array(guestMessageSchema),
	seenMessage: z.number().int(),
	lastError: z.string().nullable(),
	/** Of the present connection, or of the last one that did not come about. */
	connection: connectionSchema.nullable(),
	createdAt: z.string(),
});
export type Guest = z.infer<typeof guestSchema>;
/** How long an invite may be opened; once opened it holds its seat for a day from then. */
const inviteSeconds = z
	.number()
	.int()
	.min(300)
	.max(90 * 86_400)
	.default(7 * 86_400);
export const guestCreateSchema = z.strictObject({ name: label, expiresInS: inviteSeconds });
export const guestPatchSchema = z
	.strictObject({ name: label, maxKbps: z.number().int().min(100).max(20_000).nullable() })
	.partial();
export type GuestPatch = z.infer<typeof guestPatchSchema>;
export const guestInviteSchema = z.object({
	id,
	token: z.string(),
	joinUrl: z.string(),
	whipUrl: z.string(),
	returnUrl: z.string(),
	/** The invite among those of the guest. */
	invite: id,
	expiresAt: z.string(),
	/** The join link as a QR code, SVG. */
	qrSvg: z.string(),
});
export type GuestInvite = z.infer<typeof guestInviteSchema>;
export const inviteCreateSchema = z.strictObject({ expiresInS: inviteSeconds });
export const inviteSchema = z.object({
	id,
	createdAt: z.string(),
	expiresAt: z.string().nullable(),
	/** When it was opened first. */
	usedAt: z.string().nullable(),
});
export type Invite = z.infer<typeof inviteSchema>;
