import { hostname } from 'node:os';
import { type Route, route } from '../http/route.js';
import { secretsOf } from '../settings/secrets.js';
import { StudioError } from '../util/errors.js';
import { bundle, bundleName } from './bundle.js';
import { machineParts } from './machineParts.js';
import { peopleOf, type ShowSources, showParts } from './showParts.js';

export function supportRoutes(show: ShowSources): Route[] {
	const { state, health, settings } = show;
	let busy = false;
	return [
		route({
			method: 'GET',
			path: '/api/support',
			role: 'technician',
			summary:
				'A support bundle (.tar.gz): versions, state, faults, counters, logs, measurements; without secrets and names of guests',
			contentType: 'application/gzip',
			handler: ({ context }) => {
				if (busy)
					throw new StudioError('busy', 'a support bundle is already being created; try again when it is done', undefined, 10);
				const { current } = state;
				const name = bundleName(hostname());
				const parts = [...showParts(show), ...machineParts(health.dataDir, current.system.version)];
				busy = true;
				const stream = bundle(name, parts, [...secretsOf(settings.current), ...peopleOf(current)]);
				stream.once('close', () => {
					busy = false;
				});
				context.attachment(`${name}.tar.gz`);
				return stream;
			},
		}),
	];
}
