/** The shapes of accounts, sessions, set-up and audit. */
import { z } from 'zod';
import { humanText } from './humanText.js';
import { roles } from './roles.js';
import { idSchema } from './values.js';

/** Guests have seats, not accounts. */
export const accountRoles = ['viewer', 'operator', 'technician'] as const;
export type AccountRole = (typeof accountRoles)[number];

/** A display name, normalised so that it compares equal however it was typed. */
export const accountNameSchema = humanText(80)
	.normalize('NFC')
	.regex(
		/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@'-]{0,39}$/u,
		"must be 1–40 letters, digits, spaces and . _ @ ' -, starting with a letter or digit",
	);
/** Length alone defeats guessing; rules on characters make people write passwords down (NIST SP 800-63B §5.1.1). */
export const newPasswordSchema = z.string().min(10, 'must have at least 10 characters').max(256);
/** For comparison; anything longer is nobody's password. */
export const passwordSchema = z.string().min(1).max(256);

export const userSchema = z.object({
	id: idSchema,
	name: z.string(),
	role: z.enum(accountRoles),
	createdAt: z.string(),
	/** The last login. */
	loginAt: z.string().nullable(),
});
export type User = z.infer<typeof userSchema>;
/**
 * Repeated by whoever changes an account; a browser logged in by a token repeats the token. Programs send theirs with every
 * request and leave it out.
 */
const presentPassword = passwordSchema.optional();
export const userCreateSchema = z.strictObject({
	name: accountNameSchema,
	role: z.enum(accountRoles),
	password: newPasswordSchema,
	presentPassword,
});
export const userPatchSchema = userCreateSchema.partial();
export const userRemoveSchema = z.strictObject({ presentPassword });

export const setupStateSchema = z.object({
	/**
	 * first: no technician yet. again: a code was requested because a password was forgotten. done: log in. none: there are no
	 * accounts (the demo), only tokens.
	 */
	state: z.enum(['first', 'again', 'done', 'none']),
});
export type SetupState = z.infer<typeof setupStateSchema>;
export const setupSchema = z.strictObject({
	code: z.string().min(1).max(64),
	name: accountNameSchema.default('technician'),
	password: newPasswordSchema,
});

/** The caller's own account or token, for display. */
export const accountSchema = z.object({
	kind: z.enum(['account', 'token']),
	name: z.string(),
	role: z.enum(roles),
	readOnly: z.boolean(),
	/** Null unless this is a browser session. */
	session: idSchema.nullable(),
});
export type Account = z.infer<typeof accountSchema>;
export const passwordChangeSchema = z.strictObject({ password: passwordSchema, newPassword: newPasswordSchema });

export const loginCodeSchema = z.object({
	/** For typing; case and dashes do not matter. */
	code: z.string(),
	/** With the code in the fragment. */
	url: z.string(),
	expiresAt: z.string(),
	/** The link as a QR code, SVG. */
	qrSvg: z.string(),
});
export type LoginCode = z.infer<typeof loginCodeSchema>;

export const sessionEntrySchema = z.object({
	id: idSchema,
	/** Name of the account, or label of the token. */
	name: z.string(),
	kind: z.enum(['account', 'token']),
	role: z.enum(roles),
	address: z.string(),
	/** The browser's user agent. */
	agent: z.string(),
	createdAt: z.string(),
	/** To the minute. */
	seenAt: z.string(),
	expiresAt: z.string(),
	/** The session of this request. */
	current: z.boolean(),
});
export type SessionEntry = z.infer<typeof sessionEntrySchema>;

/**
 * accounts: changes of who may get in. logins: by accounts, operators and technicians. changes: all other actions. refused:
 * denied to accounts and tokens. visits: by viewers and guests. strangers: denied to callers without an account or token.
 */
export const auditKinds = ['accounts', 'logins', 'changes', 'refused', 'visits', 'strangers'] as const;
export type AuditKind = (typeof auditKinds)[number];

export const auditEntrySchema = z.object({
	seq: z.number().int(),
	/** First time, UTC. */
	at: z.string(),
	/** How often it was repeated, and when last; null when never. */
	count: z.number().int(),
	lastAt: z.string().nullable(),
	kind: z.enum(auditKinds),
	/** Account, label of the token, or the name that was tried. */
	who: z.string(),
	role: z.string().nullable(),
	address: z.string(),
	/** Method and path as declared. */
	action: z.string(),
	/** Id or name of the object. */
	subject: z.string().nullable(),
	/** Names of the fields that were sent, never their values. */
	detail: z.string().nullable(),
	/** `done`, or the error code. */
	outcome: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditQuerySchema = z.object({
	before: z.coerce.number().int().min(1).optional(),
	text: z.string().max(80).optional(),
	limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const auditSchema = z.object({
	/** Newest first. */
	entries: z.array(auditEntrySchema),
	/** How many old entries have been purged in total. */
	purged: z.number().int(),
});
export type AuditPage = z.infer<typeof auditSchema>;
