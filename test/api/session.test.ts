import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer();
});
test.after.each(() => server.stop());

const own = () => ({ origin: server.httpUrl, 'sec-fetch-site': 'same-origin' });

async function login(token: string): Promise<string> {
	const response = await server.ask('POST', '/api/session', { json: { token }, headers: own() });
	assert.is(response.status, 200);
	return response.headers.get('set-cookie')!.split(';')[0]!;
}

test('a token is exchanged for a cookie that scripts cannot read and other sites cannot use', async () => {
	const response = await server.ask('POST', '/api/session', { json: { token: server.tokens.operator } });
	assert.equal(await response.json(), { role: 'operator', guest: null, streamers: null });
	const cookie = response.headers.get('set-cookie')!;
	assert.match(cookie, /^r58_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
	assert.not.match(cookie, server.tokens.operator);
	const headers = { cookie: cookie.split(';')[0]! };
	assert.equal(await (await server.ask('GET', '/api/session', { headers })).json(), {
		role: 'operator',
		guest: null,
		streamers: null,
	});
});

test('by cookie, only pages of the studio change anything', async () => {
	const cookie = await login(server.tokens.operator);
	const cut = async (headers: Record<string, string>) =>
		(await server.ask('POST', '/api/cut', { json: { scene: 'one' }, headers: { cookie, ...headers } })).status;
	assert.is(await cut(own()), 200);
	assert.is(await cut({ origin: server.httpUrl }), 200);
	assert.is(await cut({}), 403);
	assert.is(await cut({ origin: 'https://evil.example' }), 403);
	assert.is(await cut({ origin: 'null' }), 403);
	assert.is(await cut({ origin: server.httpUrl, 'sec-fetch-site': 'same-site' }), 403);
	assert.is(await cut({ 'sec-fetch-site': 'cross-site' }), 403);
	const whep = { cookie, origin: 'https://evil.example', 'content-type': 'application/sdp' };
	assert.is((await server.ask('POST', '/whep/program', { body: 'v=0', headers: whep })).status, 403);
	assert.is((await server.ask('GET', '/api/state', { headers: { cookie } })).status, 200);
});

test('a login from a page of another site is refused', async () => {
	const json = { token: server.tokens.operator };
	assert.is((await server.ask('POST', '/api/session', { json, headers: { origin: 'https://evil.example' } })).status, 403);
});

test('logging out, and the end of the token, end the session', async () => {
	const cookie = await login(server.tokens.operator);
	const ended = await server.ask('DELETE', '/api/session', { headers: { cookie, ...own() } });
	assert.is(ended.status, 204);
	assert.match(ended.headers.get('set-cookie')!, /^r58_session=; .*Max-Age=0/);
	assert.is((await server.ask('GET', '/api/session', { headers: { cookie } })).status, 401);
	// The browser can still log in with the dead cookie.
	assert.is(
		(await server.ask('POST', '/api/session', { json: { token: server.tokens.viewer }, headers: { cookie } })).status,
		200,
	);

	const another = await login(server.tokens.operator);
	for (const { id, role } of server.store.tokens.list()) if (role === 'operator') server.store.tokens.remove(id);
	assert.is((await server.ask('GET', '/api/session', { headers: { cookie: another } })).status, 401);
});

test('a session in use is extended, its cookie with it', async () => {
	const cookie = await login(server.tokens.operator);
	const ask = () => server.ask('GET', '/api/session', { headers: { cookie } });
	assert.is((await ask()).headers.get('set-cookie'), null);
	const raw = new SQLite(join(server.dir, 'studio.db'));
	raw.prepare('UPDATE sessions SET expires_at = ?').run(new Date(Date.now() + 86_400_000).toISOString());
	raw.close();
	assert.match((await ask()).headers.get('set-cookie')!, `${cookie}; Path=/; Max-Age=2592000;`);
	assert.is((await ask()).headers.get('set-cookie'), null);
});

test.run();
