import type { Context } from 'koa';
import { type AuditKind, auditQuerySchema, auditSchema } from '../contract/accounts.js';
import { plainText } from '../contract/humanText.js';
import type { Happened } from '../http/app.js';
import { clientOf } from '../http/client.js';
import { type Route, route } from '../http/route.js';
import type { Store } from '../store/store.js';

/** Longer than any name or field list that is written. */
const longest = 200;

/** What a handler knows better than the request shows. */
export interface AuditNote {
	who?: string;
	role?: string;
	subject?: string;
	/** The caller could not prove who they are: logged although nothing was changed. */
	unproven?: true;
}

/** Changes by technicians, and routes that declare it: logins, invites, passwords. */
export function isAudited({ method, role, audited = role === 'technician' }: Route): boolean {
	return audited && !['GET', 'OPTIONS'].includes(method);
}

/** Denied requests count only where somebody tried to get in, or at what is not theirs. Rate limits leave no trace. */
function isWorthIt({ role }: Route, { outcome, caller }: Happened, note: AuditNote): boolean {
	if (outcome === 'done') return true;
	if (outcome === 'rate-limited' || outcome === 'busy') return false;
	return role === 'public' || note.unproven === true || (outcome === 'forbidden' && caller !== null);
}

/** The kind it is stored under: entries that anybody can repeat endlessly must not push out those that matter. */
function kindOf({ path }: Route, { caller, outcome }: Happened, { who, role = caller?.role }: AuditNote): AuditKind {
	if (outcome !== 'done') return caller === null && who === undefined ? 'strangers' : 'refused';
	if (role !== 'operator' && role !== 'technician') return 'visits';
	if (path === '/api/session') return 'logins';
	return /^\/api\/(users|tokens|account|sessions|setup|certificate)(\/|$)/.test(path) ? 'accounts' : 'changes';
}

/** Writes one request, done or denied. */
export function writeAudit({ audit }: Store, route: Route, context: Context, happened: Happened): void {
	const { caller, body, answer, outcome } = happened;
	const note = (context.state.audit ?? {}) as AuditNote;
	if (!isWorthIt(route, happened, note)) return;
	const { name, label, id } = (answer ?? {}) as Record<'name' | 'label' | 'id', unknown>;
	const made = [name, label, id].find((text) => typeof text === 'string') as string | undefined;
	const named = Object.values((context.params ?? {}) as Record<string, string>).join(' ');
	// The name in a denied request can be anything, and different every time.
	const subject = note.subject ?? (outcome === 'done' ? named || made || null : null);
	audit.add({
		kind: kindOf(route, happened, note),
		who: shortened(note.who ?? caller?.name ?? 'nobody'),
		role: note.role ?? caller?.role ?? null,
		address: clientOf(context.req).address,
		action: `${route.method} ${route.path}`,
		subject: shortened(subject),
		detail: shortened(fieldsOf(body).join(', ') || null),
		outcome,
	});
}

/** `access.door`, `name`: the fields that were sent, never their values. */
function fieldsOf(body: unknown): string[] {
	// A body that is not a JSON object, such as an archive, has no fields.
	if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) !== Object.prototype) return [];
	return Object.entries(body).flatMap(([key, value]) => {
		const inner = fieldsOf(value);
		return inner.length === 0 ? [key] : inner.map((name) => `${key}.${name}`);
	});
}

function shortened<T extends string | null>(text: T): T {
	return (text === null ? null : plainText(text).slice(0, longest)) as T;
}

export function auditRoutes(store: Store): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/audit',
			role: 'technician',
			summary: 'Who logged in and changed what, newest first; page with `before`, search with `text`',
			query: auditQuerySchema,
			response: auditSchema,
			handler: ({ query }) => ({ entries: store.audit.list(query), purged: store.audit.purged }),
		}),
	];
}
