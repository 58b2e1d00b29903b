/** What crosses the API of backup, restore and factory reset, besides the archives. */
import { z } from 'zod';

export const backupPlanSchema = z.object({
	madeAt: z.string(),
	version: z.string(),
	secrets: z.enum(['none', 'locked', 'restored']),
	changes: z.array(z.object({ part: z.enum(['settings', 'show', 'accounts', 'keys']), text: z.string() })),
	left: z.array(z.string()),
	restart: z.boolean(),
});
export type BackupPlan = z.infer<typeof backupPlanSchema>;

export const backupPendingSchema = z.object({
	/** What the next start will do, and when it was requested. */
	pending: z.object({ kind: z.enum(['restore', 'factory-reset']), at: z.string() }).nullable(),
	/** The last restore can be undone: back to the state of that time. */
	undo: z.object({ of: z.string() }).nullable(),
	/** The service can restart itself. */
	canRestart: z.boolean(),
});
export type BackupPending = z.infer<typeof backupPendingSchema>;

export const factoryResetSchema = z.strictObject({
	confirm: z.literal('factory reset', 'must be: factory reset'),
	keys: z.boolean().default(false),
	recordings: z.boolean().default(false),
});
