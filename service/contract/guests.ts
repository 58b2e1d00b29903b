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
	/** Connected, but neither picture nor sound has arrived for more than a second. */
	nothingSent: z.boolean(),
	/** Cap on the video bitrate of the guest's page; null = no cap. */
	maxKbps: z.number().int().nullable(),
	/** The newest message of the conversation, and the last one the guest has read. */
	messages: z.array(guestMessageSchema),
	seenMessage: z.number().int(),
	lastError: z.string().nullable(),
	/** Of the current connection, or of the last one that failed. */
	connection: connectionSchema.nullable(),
	createdAt: z.string(),
});
export type Guest = z.infer<typeof guestSchema>;
/** How long an invite can be opened; once opened it is valid for a day from then. */
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
	/** Id of the invite among the guest's. */
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
	/** When it was first opened. */
	usedAt: z.string().nullable(),
});
export type Invite = z.infer<typeof inviteSchema>;
