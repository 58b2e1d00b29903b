/** Everything in settings.yaml: one section per subject, with defaults for everything. */
import { z } from 'zod';
import { accessSettingsSchema, accessTemplate } from './access.js';
import { alertsSettingsSchema, alertsTemplate } from './alerts.js';
import { networkSettingsSchema, networkTemplate } from './network.js';
import { programSettingsSchema, programTemplate } from './program.js';

export const settingsSchema = z.strictObject({
	network: networkSettingsSchema.prefault({}),
	access: accessSettingsSchema.prefault({}),
	alerts: alertsSettingsSchema.prefault({}),
	program: programSettingsSchema.prefault({}),
});
export type SettingsValues = z.infer<typeof settingsSchema>;
export type SectionName = keyof SettingsValues;

/** When a changed section applies: while the service runs, or at its next start. */
export const applies: Record<SectionName, 'live' | 'restart'> = {
	network: 'live',
	access: 'live',
	alerts: 'live',
	program: 'restart',
};

/** Fields shown as set (true) or not set (null), never as they are. */
export const secretFields: readonly string[] = ['credential', 'secret', 'apiToken'];

/** A new file: every section with comments. */
export const template = `# Settings of R58 Studio. Comments are kept when the panel changes a value.
${networkTemplate}${accessTemplate}${programTemplate}${alertsTemplate}`;
