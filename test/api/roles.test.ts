import * as assert from 'uvu/assert';
import { roles } from '../../service/contract/roles.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { exceptions, neededRole } from '../tools/roleTable.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

test('every declared route is for operators, or for whom the list of exceptions says', () => {
	const declared = Object.fromEntries(server.api.routes.map(({ method, path, role }) => [`${method} ${path}`, role]));
	assert.equal(declared, Object.fromEntries(Object.keys(declared).map((key) => [key, neededRole(key)])));
	assert.equal(
		Object.keys(exceptions).filter((key) => !(key in declared)),
		[],
	);
});

test('every route refuses those below its role: 401 without a token, 403 with too little', async () => {
	for (const { method, path: pattern } of server.api.routes) {
		const key = `${method} ${pattern}`;
		const needed = neededRole(key);
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
