import { type Role, roles } from '../../service/api/schema.js';

/** The least role for each declared route; what is declared and not listed here fails. */
export const roleTable: Record<string, 'public' | Role> = {
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
	'POST /api/account/code': 'operator',
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
	'GET /api/state': 'operator',
	'GET /api/events': 'operator',
	'GET /api/sources': 'operator',
	'GET /api/sources/:id': 'operator',
	'PATCH /api/sources/:id': 'operator',
	'POST /api/sources': 'operator',
	'DELETE /api/sources/:id': 'operator',
	'GET /api/guests': 'operator',
	'GET /api/guests/:id': 'guest',
	'POST /api/guests': 'operator',
	'POST /api/guests/:id/invite': 'operator',
	'GET /api/guests/:id/invites': 'operator',
	'DELETE /api/guests/:id/invites/:invite': 'operator',
	'GET /api/door': 'public',
	'POST /api/door': 'public',
	'POST /api/door/ticket': 'public',
	'POST /api/door/leave': 'public',
	'GET /api/door/visitors': 'operator',
	'POST /api/door/visitors/:id/admit': 'operator',
	'DELETE /api/door/visitors/:id': 'operator',
	'GET /api/reach': 'guest',
	'GET /api/tunnel': 'technician',
	'GET /api/certificate': 'operator',
	'PUT /api/certificate': 'technician',
	'DELETE /api/certificate': 'technician',
	'GET /.well-known/acme-challenge/:token': 'public',
	'PATCH /api/guests/:id': 'operator',
	'POST /api/guests/:id/messages': 'operator',
	'GET /api/guests/:id/events': 'guest',
	'DELETE /api/guests/:id': 'operator',
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
	'GET /api/network': 'operator',
	'POST /api/network/test': 'technician',
	'GET /api/scenes': 'operator',
	'GET /api/scenes/:id': 'operator',
	'PUT /api/scenes/:id': 'operator',
	'DELETE /api/scenes/:id': 'operator',
	'PUT /api/preview': 'operator',
	'POST /api/take': 'operator',
	'POST /api/cut': 'operator',
	'PATCH /api/audio/:strip': 'operator',
	'GET /api/recordings': 'operator',
	'GET /api/recordings/:id': 'operator',
	'POST /api/recordings': 'operator',
	'POST /api/recordings/:id/stop': 'operator',
	'DELETE /api/recordings/:id': 'operator',
	'GET /api/recordings/:id/files/:name': 'operator',
	'GET /api/streamers': 'viewer',
	'GET /api/targets': 'operator',
	'GET /api/targets/:id': 'operator',
	'POST /api/targets': 'operator',
	'PATCH /api/targets/:id': 'operator',
	'DELETE /api/targets/:id': 'operator',
	'GET /api/encoder': 'operator',
	'GET /api/system': 'operator',
	'GET /api/system/status': 'operator',
	'POST /api/system/safe-mode': 'technician',
	'GET /api/settings': 'technician',
	'PATCH /api/settings': 'technician',
	'GET /metrics': 'operator',
	'GET /api/openapi.json': 'viewer',
	'GET /ca.pem': 'public',
	'GET /ca.crt': 'public',
	'GET /trust': 'public',
	'GET /': 'public',
	'GET /switcher': 'public',
	'GET /guest_join': 'public',
	'GET /watch/:streamer': 'public',
	'GET /inputs': 'public',
	'GET /outputs': 'public',
	'GET /recordings': 'public',
	'GET /system': 'public',
	'GET /network': 'public',
	'GET /users': 'public',
	'GET /account': 'public',
	'GET /assets/:file': 'public',
	'GET /:file': 'public',
};

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
/** A token for looking ends its own session, and nothing else. */
const readOnlyMay = ['POST /api/session', 'DELETE /api/session'];

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
