import { type HostStatus, safeModePostSchema, statusSchema, systemSchema } from '../contract/system.js';
import { type Route, route } from '../http/route.js';
import type { Services } from '../services.js';

export function systemRoutes({ studio }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/system',
			role: 'operator',
			summary: 'Version, canvas, slots, load, temperature and disk',
			response: systemSchema,
			handler: () => studio.state.current.system,
		}),
		route({
			method: 'GET',
			path: '/api/system/status',
			role: 'operator',
			summary: 'Every host with its counters, and the faults: what `r58 status` prints',
			response: statusSchema,
			handler: () => {
				const { version, startedAt, safeMode } = studio.state.current.system;
				return {
					version,
					startedAt,
					uptimeS: Math.round(process.uptime()),
					onAir: studio.onAir(),
					safeMode,
					service: { pid: process.pid, rssBytes: process.memoryUsage.rss() },
					hosts: Object.entries(studio.hostStats()).map(hostStatus),
					faults: studio.faults(),
				};
			},
		}),
		route({
			method: 'POST',
			path: '/api/system/safe-mode',
			role: 'technician',
			summary: 'Leave safe mode: the inputs start',
			body: safeModePostSchema,
			response: systemSchema,
			handler: () => studio.leaveSafeMode(),
		}),
	];
}

function hostStatus([key, stats]: [string, unknown]): HostStatus {
	const [role = '', ...rest] = key.split(' ');
	const { pid, state, restarts, cpuPct, rssBytes, elements } = stats as HostStatus;
	return { role, name: rest.join(' '), pid, state, restarts, cpuPct, rssBytes, elements };
}
