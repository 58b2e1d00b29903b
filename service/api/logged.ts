import type { Caller } from './auth.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

/** Runs a handler; what an operator changes by it comes into the show log, with who it was. */
export async function logged(
	{ method, path, role, summary }: Route,
	{ caller, params, body }: { caller: Caller | null; params: unknown; body: unknown },
	{ showLog, store }: Services,
	handle: () => unknown,
): Promise<unknown> {
	const changes = method !== 'GET' && method !== 'OPTIONS' && (role === 'operator' || role === 'technician');
	if (!changes || caller === null) return handle();
	const settle = showLog.begin({
		method,
		path,
		params: (params ?? {}) as Record<string, string>,
		fields: typeof body === 'object' && body !== null ? Object.keys(body) : [],
		summary,
		who: store.tokens.label(caller.token) ?? caller.role,
	});
	try {
		const answer = await handle();
		settle({ answer });
		return answer;
	} catch (error) {
		settle(null);
		throw error;
	}
}
