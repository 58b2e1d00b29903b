import { z } from 'zod';
import { type SettingsStatus, settingsFileSchema, settingsStatusSchema } from '../contract/settings.js';
import { type Route, route } from '../http/route.js';
import { effectiveFields, redactedText } from './effective.js';
import { applies, secretFields, settingsSchema } from './schema.js';
import { withoutSecrets } from './secrets.js';
import type { Settings } from './settings.js';

const secrets = `Secrets (${secretFields.join(', ')}) are shown as true when set`;
/** Validated with the rest of the settings. */
const changeSchema = z.strictObject(
	Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, z.record(z.string(), z.unknown()).optional()])),
);

export function settingsRoutes(settings: Settings): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/settings',
			role: 'technician',
			summary: `The settings by section, as in settings.yaml. ${secrets}`,
			response: z.record(z.string(), z.unknown()),
			handler: () => withoutSecrets(settings.current),
		}),
		route({
			method: 'PATCH',
			path: '/api/settings',
			role: 'technician',
			summary: `Change settings; null resets one to its default. ${secrets}; true keeps them`,
			log: () => 'Changed the settings',
			body: changeSchema,
			response: z.record(z.string(), z.unknown()),
			handler: ({ body }) => withoutSecrets(settings.patch(body)),
		}),
		route({
			method: 'GET',
			path: '/api/settings/status',
			role: 'operator',
			summary: 'Whether settings.yaml is in use, and what waits for a restart',
			response: settingsStatusSchema,
			handler: () => statusOf(settings),
		}),
		route({
			method: 'GET',
			path: '/api/settings/file',
			role: 'technician',
			summary: `The text of settings.yaml, and every setting with line and default. ${secrets}, in the text as dots`,
			response: settingsFileSchema,
			handler: () => ({
				...statusOf(settings),
				path: settings.path,
				text: redactedText(settings.text ?? '', settings.places.length === 0 ? settings.used : null),
				overrides: Object.fromEntries(settings.overrides),
				applies,
				fields: effectiveFields(settings.used),
			}),
		}),
	];
}

function statusOf({ revision, places, missing, restart }: Settings): SettingsStatus {
	return { revision, problems: [...places], missing, restart };
}
