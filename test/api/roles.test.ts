import * as assert from 'uvu/assert';
import { type Role, roles } from '../../service/api/schema.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

/** The least role for each declared route; what is declared and not listed here fails. */
const table: Record<string, 'public' | Role> = {
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

test('every declared route is in the table of roles, and the other way round', () => {
	const declared = Object.fromEntries(server.api.routes.map(({ method, path, role }) => [`${method} ${path}`, role]));
	assert.equal(declared, table);
});

test('every route refuses those below its role: 401 without a token, 403 with too little', async () => {
	for (const [key, needed] of Object.entries(table)) {
		const [method, pattern] = key.split(' ') as [string, string];
		const path = pattern.replace(/:\w+/g, 'x');
		const allowedFrom = needed === 'public' ? 0 : roles.indexOf(needed);
		const anonymous = await server.ask(method, path);
		if (needed === 'public') assert.not.ok([403, 405, 500].includes(anonymous.status), `${key}: ${anonymous.status}`);
		else {
			assert.is(anonymous.status, 401, key);
			assert.is(anonymous.headers.get('www-authenticate'), 'Bearer', key);
		}
		for (const [rank, role] of roles.entries()) {
			if (needed === 'public') continue;
			const { status } = await server.ask(method, path, { token: server.tokens[role] });
			const own = /^\/(wh|api\/webrtc)/.test(path) || key === 'GET /api/guests/:id';
			if (rank < allowedFrom) assert.is(status, 403, `${key} as ${role}`);
			// A guest or viewer is also refused what belongs to others.
			else if (!own) assert.not.ok([401, 403, 405, 500].includes(status), `${key} as ${role}: ${status}`);
		}
	}
});

test('a wrong token is 401 everywhere, also where none is needed', async () => {
	for (const path of ['/api/state', '/api/health', '/whip/guest-ada', '/metrics']) {
		const response = await server.ask('GET', path, { token: 'wrong' });
		assert.is(response.status, 401, path);
		assert.is(
			((await response.json()) as { code?: string; error?: { code: string } }).error?.code ?? 'unauthorized',
			'unauthorized',
		);
	}
	for (const authorization of ['Basic b3BlcmF0b3I6eA==', 'Bearer', `Bearer ${'x'.repeat(5000)}`]) {
		assert.is((await server.ask('GET', '/api/state', { headers: { authorization } })).status, 401);
	}
});

test('a guest sees its own entry only', async () => {
	const as = async (id: string) => (await server.ask('GET', `/api/guests/${id}`, { token: server.tokens.guest })).status;
	assert.equal([await as('guest-ada'), await as('guest-bob')], [200, 403]);
});

test('a guest publishes as itself only, and watches its own return only', async () => {
	const sdp = { body: 'v=0\r\n', headers: { 'content-type': 'application/sdp' }, token: server.tokens.guest };
	const statuses = async (paths: string[]) =>
		Promise.all(paths.map(async (path) => (await server.ask('POST', path, sdp)).status));
	assert.equal(await statuses(['/whip/guest-ada', '/whep/return-guest-ada']), [201, 201]);
	assert.equal(
		await statuses(['/whip/guest-bob', '/whep/return-guest-bob', '/whep/program', '/whep/multiview']),
		[403, 403, 403, 403],
	);
});

test('a viewer watches the streamers of its token, program by default', async () => {
	const watch = async (token: string, streamer: string) => {
		const headers = { 'content-type': 'application/sdp' };
		return (await server.ask('POST', `/whep/${streamer}`, { body: 'v=0\r\n', headers, token })).status;
	};
	const wall = server.store.tokens.create({ label: 'Wall', role: 'viewer', streamers: ['multiview'] }).token;
	assert.equal([await watch(server.tokens.viewer, 'program'), await watch(server.tokens.viewer, 'multiview')], [201, 403]);
	assert.equal([await watch(wall, 'program'), await watch(wall, 'multiview')], [403, 201]);
	const listed = (await (await server.ask('GET', '/api/streamers', { token: wall })).json()) as { id: string }[];
	assert.equal(
		listed.map(({ id }) => id),
		['multiview'],
	);
});

test('a token ends with its guest, its expiry or its removal', async () => {
	const made = await server.ask('POST', '/api/guests', { token: server.tokens.operator, json: { name: 'Cy' } });
	assert.is(made.status, 201);
	const invite = (await made.json()) as { id: string; token: string; joinUrl: string; whipUrl: string; returnUrl: string };
	assert.is(invite.joinUrl, `${server.httpUrl}/guest_join#${invite.token}`);
	assert.is(invite.whipUrl, `${server.httpUrl}/whip/${invite.id}`);
	assert.is(invite.returnUrl, `${server.httpUrl}/whep/return-${invite.id}`);
	const second = await server.ask('POST', `/api/guests/${invite.id}/invite`, { token: server.tokens.operator });
	const { token } = (await second.json()) as { token: string };
	const session = (bearer: string) => server.ask('GET', '/api/session', { token: bearer });
	assert.equal(await (await session(token)).json(), { role: 'guest', guest: invite.id, streamers: [`return-${invite.id}`] });
	assert.is((await server.ask('DELETE', `/api/guests/${invite.id}`, { token: server.tokens.operator })).status, 204);
	assert.equal([(await session(token)).status, (await session(invite.token)).status], [401, 401]);

	const past = server.store.tokens.create({ label: 'Past', role: 'operator', expiresInS: -1 });
	assert.is((await session(past.token)).status, 401);

	const body = { label: 'Crew', role: 'operator' };
	const crew = (await (await server.ask('POST', '/api/tokens', { token: server.tokens.technician, json: body })).json()) as {
		id: string;
		token: string;
	};
	assert.is((await session(crew.token)).status, 200);
	assert.is((await server.ask('DELETE', `/api/tokens/${crew.id}`, { token: server.tokens.technician })).status, 204);
	assert.is((await session(crew.token)).status, 401);
});

test('the list of tokens holds no secret', async () => {
	const text = await (await server.ask('GET', '/api/tokens', { token: server.tokens.technician })).text();
	for (const token of Object.values(server.tokens)) assert.not.ok(text.includes(token));
	assert.not.match(text, /hash/);
});

test.run();
