import { z } from 'zod';
import { effectiveFields, redactedText } from '../settings/effective.js';
import { applies, secretFields, settingsSchema } from '../settings/schema.js';
import { withoutSecrets } from '../settings/secrets.js';
import type { Settings } from '../settings/settings.js';
import { type Route, route } from './route.js';
import type { Services } from './services.js';

const secrets = `Secrets (${secretFields.join(', ')}) are shown as true when they are set`;
/** Validated with the rest of the settings, once the change is in them. */
const changeSchema = z.strictObject(
	Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, z.record(z.string(), z.unknown()).optional()])),
);

const statusSchema = z.object({
	/** Grows whenever something else was found in the file, good or not. */
	revision: z.number().int(),
	/** Why the file is not used, by place; empty when it is. */
	problems: z.array(z.object({ line: z.number(), column: z.number(), field: z.string().nullable(), message: z.string() })),
	/** It was removed; its values are still in use. */
	missing: z.boolean(),
	/** Sections that were changed and count after a restart. */
	restart: z.array(z.string()),
});
export type SettingsStatus = z.infer<typeof statusSchema>;

const fileSchema = statusSchema.extend({
	path: z.string(),
	text: z.string(),
	applies: z.record(z.string(), z.enum(['live', 'restart'])),
	fields: z.array(z.object({ field: z.string(), value: z.unknown(), default: z.unknown(), line: z.number().nullable() })),
});
export type SettingsFile = z.infer<typeof fileSchema>;

export function settingsRoutes({ settings }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/settings',
			role: 'technician',
			summary: `What is set, by section, as in settings.yaml. ${secrets}`,
			response: z.record(z.string(), z.unknown()),
			handler: () => withoutSecrets(settings.current),
		}),
		route({
			method: 'PATCH',
			path: '/api/settings',
			role: 'technician',
			summary: `Change fields of sections; null sets one back to its default. ${secrets}; true keeps them`,
			body: changeSchema,
			response: z.record(z.string(), z.unknown()),
			handler: ({ body }) => withoutSecrets(settings.patch(body)),
		}),
		route({
			method: 'GET',
			path: '/api/settings/status',
			role: 'operator',
			summary: 'Whether settings.yaml is in use, and what of it waits for a restart',
			response: statusSchema,
			handler: () => statusOf(settings),
		}),
		route({
			method: 'GET',
			path: '/api/settings/file',
			role: 'technician',
			summary: `settings.yaml as it stands, and every setting with its line and default. ${secrets}, in the text as dots`,
			response: fileSchema,
			handler: () => ({
				...statusOf(settings),
				path: settings.path,
				text: redactedText(settings.text ?? '', settings.places.length === 0 ? settings.used : null),
				applies,
				fields: effectiveFields(settings.used),
			}),
		}),
	];
}

function statusOf({ revision, places, missing, restart }: Settings): SettingsStatus {
	return { revision, problems: [...places], missing, restart };
}
