import type { Context } from 'koa';
import type { Store } from '../store/store.js';
import { auditQuerySchema, auditSchema } from './accountSchema.js';
import type { Caller } from './auth.js';
import { clientOf } from './client.js';
import { type Route, route } from './route.js';
import type { Services } from './services.js';

/** Longer than any name or list of fields of ours. */
const longest = 200;

/** What a handler knows better than the request tells. */
export interface AuditNote {
	who?: string;
	role?: string;
	subject?: string;
}

/** Every change by a technician, and what other routes declare: logins, invites, passwords. */
export function isAudited({ method, role, audited = role === 'technician' }: Route): boolean {
	return audited && !['GET', 'OPTIONS'].includes(method);
}

/** Writes down one request, done or refused. Refusals only where somebody tried to get in: the others changed nothing. */
export function writeAudit(
	{ audit }: Store,
	{ method, path, role }: Route,
	context: Context,
	{ caller, body, answer, outcome }: { caller: Caller | null; body: unknown; answer: unknown; outcome: string },
): void {
	const refused = outcome !== 'done';
	if (refused && (outcome === 'rate-limited' || (role !== 'public' && path !== '/api/account/password'))) return;
	const note = (context.state.audit ?? {}) as AuditNote;
	const { name, label, id } = (answer ?? {}) as Record<'name' | 'label' | 'id', unknown>;
	const made = [name, label, id].find((text) => typeof text === 'string') as string | undefined;
	const named = Object.values((context.params ?? {}) as Record<string, string>).join(' ');
	audit.add({
		who: shortened(note.who ?? caller?.name ?? 'nobody'),
		role: note.role ?? caller?.role ?? null,
		address: clientOf(context.req).address,
		action: `${method} ${path}`,
		subject: shortened(note.subject ?? (named || made || null)),
		detail: shortened(fieldsOf(body).join(', ') || null),
		outcome,
	});
}

/** `access.door`, `name`: what was given, never its value. */
function fieldsOf(body: unknown): string[] {
	// What is no JSON object, an archive for one, has no fields.
	if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) !== Object.prototype) return [];
	return Object.entries(body).flatMap(([key, value]) => {
		const inner = fieldsOf(value);
		return inner.length === 0 ? [key] : inner.map((name) => `${key}.${name}`);
	});
}

function shortened<T extends string | null>(text: T): T {
	return (text === null ? null : text.replace(/\p{Cc}/gu, ' ').slice(0, longest)) as T;
}

export function auditRoutes({ store }: Services): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/audit',
			role: 'technician',
			summary: 'Who logged in and changed what, newest first; `before` an entry, with `text` in it',
			query: auditQuerySchema,
			response: auditSchema,
			handler: ({ query }) => ({ entries: store.audit.list(query), purged: store.audit.purged }),
		}),
	];
}
