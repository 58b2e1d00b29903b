import { type HostStatus, safeModePostSchema, statusSchema, systemSchema } from '../contract/system.js';
import type { Faults } from '../faults/faults.js';
import type { HostFigures } from '../hosts/hostFigures.js';
import type { HostStats } from '../hosts/supervisor.js';
import { type Route, route } from '../http/route.js';
import type { LiveState } from '../state/state.js';
import type { SafeMode } from './safeMode.js';

interface SystemParts {
	state: LiveState;
	faults: Pick<Faults, 'list'>;
	onAir: { readonly now: boolean };
	figures: Pick<HostFigures, 'current'>;
	safeMode: Pick<SafeMode, 'leave'>;
}

export function systemRoutes({ state, faults, onAir, figures, safeMode }: SystemParts): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/system',
			role: 'operator',
			summary: 'Version, canvas, slots, load, temperature and disk',
			response: systemSchema,
			handler: () => state.current.system,
		}),
		route({
			method: 'GET',
			path: '/api/system/status',
			role: 'operator',
			summary: 'Every host with its counters, and the faults: what `r58 status` prints',
			response: statusSchema,
			handler: () => {
				const { version, startedAt, safeMode } = state.current.system;
				return {
					version,
					startedAt,
					uptimeS: Math.round(process.uptime()),
					onAir: onAir.now,
					safeMode,
					service: { pid: process.pid, rssBytes: process.memoryUsage.rss() },
					hosts: Object.entries(figures.current).map(hostStatus),
					faults: faults.list(),
				};
			},
		}),
		route({
			method: 'POST',
			path: '/api/system/safe-mode',
			role: 'technician',
			summary: 'Leave safe mode: the inputs start',
			log: () => 'Left safe mode',
			body: safeModePostSchema,
			response: systemSchema,
			handler: () => safeMode.leave(),
		}),
	];
}

function hostStatus([key, stats]: [string, HostStats]): HostStatus {
	const [role = '', ...rest] = key.split(' ');
	const { pid, state, restarts, cpuPct, rssBytes, elements } = stats;
	return { role, name: rest.join(' '), pid, state, restarts, cpuPct, rssBytes, elements };
}
