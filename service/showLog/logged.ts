import type { Route } from '../http/route.js';
import type { ShowLog } from './showLog.js';

/** The route, with operators' changes and names reported to the show log. */
export function logged(route: Route, showLog: ShowLog): Route {
	const { method, path, role, log } = route;
	if (log === undefined) return route;
	return {
		...route,
		handler: async (request) => {
			const { caller, body } = request;
			const settle = showLog.begin({
				method,
				path,
				params: (request.params ?? {}) as Record<string, string>,
				fields: typeof body === 'object' && body !== null ? Object.keys(body) : [],
				said: log?.(request) ?? null,
				who: caller?.name ?? role,
			});
			try {
				const answer = await route.handler(request);
				settle({ answer });
				return answer;
			} catch (error) {
				settle(null);
				throw error;
			}
		},
	};
}
