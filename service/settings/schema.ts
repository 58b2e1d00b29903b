/** Everything a technician sets, as it stands in settings.yaml: one section a subject, each with defaults for all of it. */
import { z } from 'zod';
import { accessSettingsSchema, accessTemplate } from './access.js';
import { alertsSettingsSchema, alertsTemplate } from './alerts.js';
import { networkSettingsSchema, networkTemplate } from './network.js';

export const settingsSchema = z.strictObject({
	network: networkSettingsSchema.prefault({}),
	access: accessSettingsSchema.prefault({}),
	alerts: alertsSettingsSchema.prefault({}),
});
export type SettingsValues = z.infer<typeof settingsSchema>;
export type SectionName = keyof SettingsValues;

/** Fields that are shown as set (true) or not set (null), never as they are. */
export const secretFields: readonly string[] = ['credential', 'secret', 'apiToken'];

/** A new file: every section with its comments. */
export const template = `# Settings of R58 Studio. Comments are kept when the panel changes a value.
${networkTemplate}${accessTemplate}${alertsTemplate}`;
