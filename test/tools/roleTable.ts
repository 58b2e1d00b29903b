import { pages } from '../../service/contract/pages.js';
import { type Role, roles } from '../../service/contract/roles.js';

/** The least role of each route that is open to others than operators, or to technicians alone. */
export const exceptions: Record<string, 'public' | Role> = {
	...Object.fromEntries(pages.map(({ path }) => [`GET ${path}`, 'public' as const])),
	'POST /api/session': 'public',
	'GET /api/session': 'viewer',
	'DELETE /api/session': 'viewer',
	'GET /api/setup': 'public',
	'POST /api/setup': 'public',
	'GET /api/users': 'technician',
	'POST /api/users': 'technician',
	'PATCH /api/users/:id': 'technician',
	'DELETE /api/users/:id': 'technician',
	'GET /api/account': 'viewer',
	'PUT /api/account/password': 'viewer',
	'GET /api/account/sessions': 'viewer',
	'DELETE /api/account/sessions': 'viewer',
	'DELETE /api/account/sessions/:id': 'viewer',
	'GET /api/sessions': 'technician',
	'DELETE /api/sessions/:id': 'technician',
	'GET /api/audit': 'technician',
	'GET /api/tokens': 'technician',
	'POST /api/tokens': 'technician',
	'DELETE /api/tokens/:id': 'technician',
	'GET /api/health': 'public',
	'GET /api/guests/:id': 'guest',
	'GET /api/door': 'public',
	'POST /api/door': 'public',
	'POST /api/door/ticket': 'public',
	'POST /api/door/leave': 'public',
	'GET /api/reach': 'guest',
	'GET /api/tunnel': 'technician',
	'PUT /api/certificate': 'technician',
	'DELETE /api/certificate': 'technician',
	'POST /api/certificate/authority': 'technician',
	'GET /.well-known/acme-challenge/:token': 'public',
	'GET /api/guests/:id/events': 'guest',
	'OPTIONS /whip/:subject': 'public',
	'OPTIONS /whip/:subject/:session': 'public',
	'GET /whip/:subject': 'guest',
	'GET /whip/:subject/:session': 'guest',
	'POST /whip/:subject': 'guest',
	'PATCH /whip/:subject/:session': 'guest',
	'DELETE /whip/:subject/:session': 'guest',
	'OPTIONS /whep/:subject': 'public',
	'OPTIONS /whep/:subject/:session': 'public',
	'GET /whep/:subject': 'viewer',
	'GET /whep/:subject/:session': 'viewer',
	'POST /whep/:subject': 'viewer',
	'PATCH /whep/:subject/:session': 'viewer',
	'DELETE /whep/:subject/:session': 'viewer',
	'GET /api/webrtc/session/:id/offer': 'viewer',
	'GET /api/webrtc/session/:id/answer': 'viewer',
	'POST /api/webrtc/session/:id/offer': 'viewer',
	'POST /api/webrtc/session/:id/answer': 'viewer',
	'POST /api/webrtc/session/:id/candidate': 'viewer',
	'GET /api/webrtc/session/:id/candidates/:side': 'viewer',
	'DELETE /api/webrtc/session/:id': 'viewer',
	'GET /api/ice-servers': 'viewer',
	'POST /api/network/test': 'technician',
	'GET /api/streamers': 'viewer',
	'GET /api/settings/file': 'technician',
	'GET /api/backup': 'technician',
	'POST /api/backup': 'technician',
	'GET /api/backup/pending': 'technician',
	'DELETE /api/backup/pending': 'technician',
	'POST /api/backup/undo': 'technician',
	'POST /api/system/factory-reset': 'technician',
	'POST /api/system/restart': 'technician',
	'GET /api/alerts': 'technician',
	'POST /api/alerts/test': 'technician',
	'GET /api/logs': 'technician',
	'GET /api/logs/file': 'technician',
	'GET /api/support': 'technician',
	'POST /api/system/safe-mode': 'technician',
	'GET /api/settings': 'technician',
	'PATCH /api/settings': 'technician',
	'GET /api/openapi.json': 'viewer',
	'GET /ca.pem': 'public',
	'GET /ca.crt': 'public',
	'GET /trust': 'public',
	'GET /': 'public',
	'GET /docs': 'public',
	'GET /docs/:name': 'public',
	'GET /docs/pictures/:file': 'public',
	'GET /assets/:file': 'public',
	'GET /:file': 'public',
};

/** The least role that a route is to have, by method and path: an operator's, unless it is listed. */
export function neededRole(key: string): 'public' | Role {
	return exceptions[key] ?? 'operator';
}

/** Who asks: nobody, and one of each role; another guest, and an operator's token that is for looking only. */
export const callers = ['none', 'viewer', 'guest', 'other guest', 'operator', 'technician', 'read-only'] as const;
export type CallerName = (typeof callers)[number];

/** WebSockets and what can be heard on them: who may. `:id` is the guest. */
export const socketTable: Record<string, readonly CallerName[]> = {
	'/api/events': ['operator', 'technician', 'read-only'],
	'/api/events levels': ['operator', 'technician', 'read-only'],
	'/api/events stats': ['operator', 'technician', 'read-only'],
	'/api/guests/:id/events': ['guest'],
};

/** What belongs to one guest, or is for who watches it: asked of the guest, by path as it is sent. */
const ofGuest: readonly CallerName[] = ['guest', 'operator', 'technician'];
const owned: [pattern: RegExp, may: readonly CallerName[]][] = [
	[/^GET \/api\/guests\/:id$/, [...ofGuest, 'read-only']],
	[/^GET \/whip\//, ['guest', 'other guest', 'operator', 'technician', 'read-only']],
	[/^POST \/whip\/:subject$/, ofGuest],
	[/^(POST|GET|DELETE) \/api\/webrtc\//, ofGuest],
];
/** A token for looking watches and ends its own session, and nothing else. */
const readOnlyMay = [
	'POST /api/session',
	'DELETE /api/session',
	'POST /whep/:subject',
	'PATCH /whep/:subject/:session',
	'DELETE /whep/:subject/:session',
];

/** Whether who asks gets further than to who they are: the table's role, and whose it is. */
export function may(caller: CallerName, key: string, needed: 'public' | Role): boolean {
	const changes = !/^(GET|OPTIONS) /.test(key);
	if (caller === 'read-only' && changes) return readOnlyMay.includes(key);
	if (needed === 'public') return true;
	if (caller === 'none') return false;
	const own = owned.find(([pattern]) => pattern.test(key));
	if (own) return own[1].includes(caller) || (caller === 'read-only' && own[1].includes('operator') && !changes);
	const role = caller === 'read-only' ? 'operator' : caller === 'other guest' ? 'guest' : caller;
	return roles.indexOf(role) >= roles.indexOf(needed);
}
