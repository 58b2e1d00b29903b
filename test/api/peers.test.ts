import * as assert from 'uvu/assert';
import { StudioError } from '../../service/util/errors.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

const offer = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n';
const sdp = { 'content-type': 'application/sdp' };
const fragment = { 'content-type': 'application/trickle-ice-sdpfrag' };
const candidate = 'a=ice-ufrag:x\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n';

async function problem(response: Response): Promise<[number, string]> {
	assert.match(response.headers.get('content-type')!, /^application\/problem\+json/);
	const { code, status, detail } = (await response.json()) as { code: string; status: number; detail: string };
	assert.is(status, response.status);
	assert.ok(detail.length > 0);
	return [response.status, code];
}

for (const [path, role] of [
	['/whip/guest-ada', 'guest'],
	['/whep/program', 'viewer'],
] as const) {
	test(`${path}: offer, answer, trickle, end`, async () => {
		const token = server.tokens[role];
		const made = await server.ask('POST', path, {
			token,
			body: offer,
			headers: { 'content-type': 'Application/SDP; charset=utf-8' },
		});
		assert.is(made.status, 201);
		assert.is(made.headers.get('content-type'), 'application/sdp');
		assert.match(await made.text(), /^v=0/);
		const location = made.headers.get('location')!;
		assert.match(location, new RegExp(`^${path}/[0-9a-f]{32}$`));
		assert.is(made.headers.get('accept-patch'), 'application/trickle-ice-sdpfrag');
		assert.is(made.headers.get('access-control-allow-origin'), '*');
		assert.is(made.headers.get('access-control-allow-credentials'), null);
		assert.match(made.headers.get('access-control-expose-headers')!, /Location.*Accept-Patch/);

		const trickle = await server.ask('PATCH', location, { token, body: candidate, headers: fragment });
		assert.is(trickle.status, 204);
		assert.is(trickle.headers.get('etag'), null);
		assert.is(server.show.trickled.at(-1), candidate);
		assert.equal(await problem(await server.ask('PATCH', location, { token, body: candidate, headers: sdp })), [
			415,
			'unsupported-media-type',
		]);
		assert.equal(await problem(await server.ask('PATCH', location, { token, body: '', headers: fragment })), [400, 'bad-sdp']);

		const ended = await server.ask('DELETE', location, { token, headers: { 'if-match': '"stale"' } });
		assert.is(ended.status, 200);
		assert.equal(await problem(await server.ask('DELETE', location, { token })), [404, 'not-found']);
		assert.equal(await problem(await server.ask('PATCH', location, { token, body: candidate, headers: fragment })), [
			404,
			'not-found',
		]);
	});

	test(`${path}: what is no offer is refused and makes no session`, async () => {
		const token = server.tokens[role];
		const before = server.show.sessions.size;
		const post = async (body: string, headers: Record<string, string>) =>
			problem(await server.ask('POST', path, { token, body, headers }));
		assert.equal(await post(offer, { 'content-type': 'application/json' }), [415, 'unsupported-media-type']);
		assert.equal(await post('hello', sdp), [400, 'bad-sdp']);
		assert.equal(await post('', sdp), [400, 'bad-sdp']);
		assert.equal(await post(`v=0${'x'.repeat(130 * 1024)}`, sdp), [413, 'too-large']);
		assert.is(server.show.sessions.size, before);
	});

	test(`${path}: preflight needs no token; GET and HEAD are empty`, async () => {
		for (const at of [path, `${path}/some-session`]) {
			const headers = { origin: 'https://other.example', 'access-control-request-method': 'POST' };
			const options = await server.ask('OPTIONS', at, { headers });
			assert.is(options.status, 200);
			assert.is(options.headers.get('accept-post'), 'application/sdp');
			assert.match(options.headers.get('access-control-allow-methods')!, /POST, PATCH, DELETE/);
			assert.match(options.headers.get('access-control-allow-headers')!, /Authorization/);
		}
		const token = server.tokens[role];
		const get = await server.ask('GET', path, { token });
		assert.equal([get.status, await get.text()], [204, '']);
		const head = await server.ask('HEAD', path, { token });
		assert.is(head.status, 200);
		assert.match(head.headers.get('content-type')!, /^application\/sdp/);
	});
}

test('a session belongs to the token that made it, and to higher roles', async () => {
	const other = server.store.tokens.create({ label: 'Other', role: 'viewer' }).token;
	const post = async (token: string) =>
		(await server.ask('POST', '/whep/program', { token, body: offer, headers: sdp })).headers.get('location')!;
	const mine = await post(server.tokens.viewer);
	assert.equal(await problem(await server.ask('DELETE', mine, { token: other })), [403, 'forbidden']);
	assert.equal(await problem(await server.ask('DELETE', mine, { token: server.tokens.guest })), [403, 'forbidden']);
	assert.equal(await problem(await server.ask('DELETE', mine)), [401, 'unauthorized']);
	// Another streamer's path with this session's id is not this session.
	assert.is((await server.ask('DELETE', mine.replace('program', 'multiview'), { token: server.tokens.viewer })).status, 404);
	assert.is((await server.ask('DELETE', mine, { token: server.tokens.operator })).status, 200);
	const theirs = await post(server.tokens.operator);
	const colleague = server.store.tokens.create({ label: 'Colleague', role: 'operator' }).token;
	assert.equal(
		await problem(await server.ask('DELETE', theirs, { token: colleague })),
		[403, 'forbidden'],
		'the same role is no higher one',
	);
	assert.equal(await problem(await server.ask('DELETE', theirs, { token: server.tokens.viewer })), [403, 'forbidden']);
});

test('a session that ended elsewhere is forgotten, and nobody counts it any more', async () => {
	const watching = async () => {
		const text = await (await server.ask('GET', '/metrics', { token: server.tokens.technician })).text();
		return [...text.matchAll(/^(r58_peers\{kind="program",state="\w+"\}) (\d+)$/gm)].map(
			([, name, count]) => [name!, Number(count)] as const,
		);
	};
	const sum = async () => (await watching()).reduce((all, [, count]) => all + count, 0);
	const before = await sum();
	for (let i = 0; i < 3; i += 1)
		await server.ask('POST', '/whep/program', { token: server.tokens.operator, body: offer, headers: sdp });
	assert.ok((await watching()).length > 0, 'sessions are counted');
	assert.is((await sum()) - before, 3);
	// The connection broke: nobody asked for the end.
	server.show.sessions.clear();
	assert.is(await sum(), 0);
});

test('a cookie stands for the token it was got with', async () => {
	const made = await server.ask('POST', '/whip/guest-ada', { token: server.tokens.guest, body: offer, headers: sdp });
	const login = await server.ask('POST', '/api/session', { json: { token: server.tokens.guest } });
	const headers = { cookie: login.headers.get('set-cookie')!.split(';')[0]!, origin: server.httpUrl };
	assert.is((await server.ask('DELETE', made.headers.get('location')!, { headers })).status, 200);
});

test('a busy studio says when to come again', async () => {
	server.show.refusal = new StudioError('busy', 'all viewers are taken', undefined, 7);
	const response = await server.ask('POST', '/whep/program', { token: server.tokens.viewer, body: offer, headers: sdp });
	server.show.refusal = null;
	assert.is(response.headers.get('retry-after'), '7');
	assert.equal(await problem(response), [503, 'busy']);
});

test('no other route is open to other origins', async () => {
	const headers = { origin: 'https://other.example' };
	const response = await server.ask('GET', '/api/state', { token: server.tokens.operator, headers });
	assert.is(response.status, 200);
	assert.is(response.headers.get('access-control-allow-origin'), null);
	assert.is((await server.ask('OPTIONS', '/api/state', { headers })).headers.get('access-control-allow-origin'), null);
});

test.run();
