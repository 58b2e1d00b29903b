/** What the panel and `r58 config` read of the settings and their file. */
import { z } from 'zod';

export const settingsStatusSchema = z.object({
	/** Grows whenever something else was found in the file, good or not. */
	revision: z.number().int(),
	/** Why the file is not used, by place; empty when it is. */
	problems: z.array(z.object({ line: z.number(), column: z.number(), field: z.string().nullable(), message: z.string() })),
	/** It was removed; its values are still in use. */
	missing: z.boolean(),
	/** Sections that were changed and count after a restart. */
	restart: z.array(z.string()),
});
export type SettingsStatus = z.infer<typeof settingsStatusSchema>;

export const settingsFileSchema = settingsStatusSchema.extend({
	path: z.string(),
	text: z.string(),
	/** Options of the command line that go before a field, by the field. */
	overrides: z.record(z.string(), z.string()),
	applies: z.record(z.string(), z.enum(['live', 'restart'])),
	fields: z.array(z.object({ field: z.string(), value: z.unknown(), default: z.unknown(), line: z.number().nullable() })),
});
export type SettingsFile = z.infer<typeof settingsFileSchema>;
