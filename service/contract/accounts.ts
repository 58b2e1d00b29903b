/** The shapes of accounts, sessions, set-up and audit. */
import { z } from 'zod';
import { humanText } from './humanText.js';
import { roles } from './roles.js';
import { idSchema } from './values.js';

/** Guests have seats, not accounts. */
export const accountRoles = ['viewer', 'operator', 'technician'] as const;
export type AccountRole = (typeof accountRoles)[number];

/** What people call themselves; composed the same way however it was typed. */
export const accountNameSchema = humanText(80)
	.normalize('NFC')
	.regex(
		/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@'-]{0,39}$/u,
		"must be 1–40 letters, digits, blanks and . _ @ ' -, starting with a letter or digit",
	);
/** Length alone keeps guessing away; rules on characters make people write passwords down (NIST SP 800-63B §5.1.1). */
export const newPasswordSchema = z.string().min(10, 'must have 10 characters or more').max(256);
/** One that is compared: what is too long is no password of anybody. */
export const passwordSchema = z.string().min(1).max(256);

export const userSchema = z.object({
	id: idSchema,
	name: z.string(),
	role: z.enum(accountRoles),
	createdAt: z.string(),
	/** When somebody logged in with it last. */
	loginAt: z.string().nullable(),
});
export type User = z.infer<typeof userSchema>;
/**
 * Of who changes an account, whichever it is; a browser that was logged in by a token gives that token. Programs, which send
 * theirs with each request, leave it out.
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
	 * first: there is no technician yet. again: a code was asked for because a password was forgotten. done: log in. none: there
	 * are no accounts (the demo), only tokens.
	 */
	state: z.enum(['first', 'again', 'done', 'none']),
});
export type SetupState = z.infer<typeof setupStateSchema>;
export const setupSchema = z.strictObject({
	code: z.string().min(1).max(64),
	name: accountNameSchema.default('technician'),
	password: newPasswordSchema,
});

/** Who one is, as one is to see oneself. */
export const accountSchema = z.object({
	kind: z.enum(['account', 'token']),
	name: z.string(),
	role: z.enum(roles),
	readOnly: z.boolean(),
	/** Null unless this is a browser's session. */
	session: idSchema.nullable(),
});
export type Account = z.infer<typeof accountSchema>;
export const passwordChangeSchema = z.strictObject({ password: passwordSchema, newPassword: newPasswordSchema });

export const loginCodeSchema = z.object({
	/** To be typed; capitals and dashes do not matter. */
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
	/** As the browser calls itself. */
	agent: z.string(),
	createdAt: z.string(),
	/** To the minute. */
	seenAt: z.string(),
	expiresAt: z.string(),
	/** The one that asks. */
	current: z.boolean(),
});
export type SessionEntry = z.infer<typeof sessionEntrySchema>;

/**
 * accounts: who may get in was changed. logins: of accounts, operators and technicians. changes: all else that was done.
 * refused: accounts and tokens that were not let. visits: what viewers and guests do. strangers: who was let in nowhere.
 */
export const auditKinds = ['accounts', 'logins', 'changes', 'refused', 'visits', 'strangers'] as const;
export type AuditKind = (typeof auditKinds)[number];

export const auditEntrySchema = z.object({
	seq: z.number().int(),
	/** The first time, UTC. */
	at: z.string(),
	/** How often the same happened, and when again last; null when it did not. */
	count: z.number().int(),
	lastAt: z.string().nullable(),
	kind: z.enum(auditKinds),
	/** Account, label of the token, or what was tried. */
	who: z.string(),
	role: z.string().nullable(),
	address: z.string(),
	/** Method and path as declared. */
	action: z.string(),
	/** What it was done to, by id or name. */
	subject: z.string().nullable(),
	/** Names of the fields that were given, never their values. */
	detail: z.string().nullable(),
	/** `done`, or the code of the refusal. */
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
	/** How many old ones were purged since the beginning. */
	purged: z.number().int(),
});
export type AuditPage = z.infer<typeof auditSchema>;
