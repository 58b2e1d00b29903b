import { z } from 'zod';
import { secretFields, settingsSchema } from '../settings/schema.js';
import { withoutSecrets } from '../settings/secrets.js';
import { type Route, route } from './route.js';
import type { Services } from './services.js';

const secrets = `Secrets (${secretFields.join(', ')}) are shown as true when they are set`;
/** Validated with the rest of the settings, once the change is in them. */
const changeSchema = z.strictObject(
	Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, z.record(z.string(), z.unknown()).optional()])),
);

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
	];
}
