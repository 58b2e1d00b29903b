/** What the panel and `r58 config` see of the settings and their file. */
import { z } from 'zod';

export const settingsStatusSchema = z.object({
	/** Increases whenever the content of the file changes, valid or not. */
	revision: z.number().int(),
	/** Why the file is not in use, by place; empty when it is. */
	problems: z.array(z.object({ line: z.number(), column: z.number(), field: z.string().nullable(), message: z.string() })),
	/** The file was removed; its values are still in use. */
	missing: z.boolean(),
	/** Changed sections that apply after a restart. */
	restart: z.array(z.string()),
});
export type SettingsStatus = z.infer<typeof settingsStatusSchema>;

export const settingsFileSchema = settingsStatusSchema.extend({
	path: z.string(),
	text: z.string(),
	/** Command-line options that override a field, by field. */
	overrides: z.record(z.string(), z.string()),
	applies: z.record(z.string(), z.enum(['live', 'restart'])),
	fields: z.array(z.object({ field: z.string(), value: z.unknown(), default: z.unknown(), line: z.number().nullable() })),
});
export type SettingsFile = z.infer<typeof settingsFileSchema>;
