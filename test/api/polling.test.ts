import * as assert from 'uvu/assert';
import type { PolledCandidate } from '../../service/contract/polling.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { offerText } from '../tools/net/offers.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

const offer = offerText({ direction: 'recvonly' });
const answer = 'v=0\r\no=- 2 1 IN IP4 0.0.0.0\r\n';
const candidate = (port: number) => ({ candidate: `candidate:1 1 udp 1 192.0.2.1 ${port} typ host`, sdpMLineIndex: 0 });

function session(id: string, token = server.tokens.operator) {
	const call = async (method: string, at: string, json?: unknown) => {
		const response = await server.ask(method, `/api/webrtc/session/${id}${at}`, { token, ...(json !== undefined && { json }) });
		const text = await response.text();
		return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
	};
	const candidates = async (side: string, since?: number): Promise<PolledCandidate[]> =>
		(await call('GET', `/candidates/${side}${since === undefined ? '' : `?since=${since}`}`)).body.candidates;
	return { call, candidates };
}

const done = { status: 200, body: { success: true } };

test('two programs that poll leave each other an offer, an answer and candidates', async () => {
	const { call, candidates } = session('relay-1');
	for (const what of ['/offer', '/answer']) assert.is((await call('GET', what)).status, 404);
	assert.equal(await candidates('browser'), []);
	const posted = await call('POST', '/offer', { type: 'offer', sdp: offer, timestamp: 'ignored' });
	assert.equal({ status: posted.status, body: posted.body }, done);
	assert.equal((await call('GET', '/offer')).body, { type: 'offer', sdp: offer });
	assert.is((await call('GET', '/answer')).status, 404);
	assert.is((await call('POST', '/answer', { type: 'answer', sdp: answer })).status, 200);
	assert.equal((await call('GET', '/answer')).body, { type: 'answer', sdp: answer });
	for (const from of ['vm', 'browser']) {
		const { status, body } = await call('POST', '/candidate', { ...candidate(9), from });
		assert.equal({ status, body }, done);
		assert.is((await candidates(from))[0]!.candidate, candidate(9).candidate);
	}
	assert.is((await call('DELETE', '')).status, 204);
	assert.is((await call('GET', '/offer')).status, 404);
	assert.is((await call('DELETE', '')).status, 404);
});

test('candidates wait for the description that they belong to, and none is missed by who asks for newer ones', async () => {
	const { call, candidates } = session('relay-2');
	for (const port of [1, 2, 3]) await call('POST', '/candidate', { ...candidate(port), from: 'browser' });
	assert.equal(await candidates('browser'), []);
	await call('POST', '/offer', { sdp: offer });
	const first = await candidates('browser');
	assert.equal(
		first.map((one) => one.candidate),
		[1, 2, 3].map((port) => candidate(port).candidate),
	);
	const stamps = first.map(({ timestamp }) => timestamp);
	assert.ok(stamps[0]! < stamps[1]! && stamps[1]! < stamps[2]!, String(stamps));
	await call('POST', '/candidate', { ...candidate(4), from: 'vm' });
	assert.equal(await candidates('vm'), [], 'no answer yet');
	await call('POST', '/candidate', { ...candidate(5), from: 'browser' });
	assert.equal(
		(await candidates('browser', stamps[2]!)).map((one) => one.candidate),
		[candidate(5).candidate],
	);
	const looked = Date.now() - 1;
	await call('POST', '/answer', { sdp: answer });
	assert.is((await candidates('vm', looked)).length, 1, 'dated when it was handed out');
	// A new offer is a new beginning.
	await call('POST', '/offer', { sdp: offer });
	assert.is((await call('GET', '/answer')).status, 404);
	assert.equal(await candidates('vm'), []);
});

test('the id of a streamer or a guest speaks with the studio, which answers at once', async () => {
	for (const [id, token] of [
		['program', server.tokens.viewer],
		['guest-ada', server.tokens.guest],
	] as const) {
		const { call, candidates } = session(id, token);
		await call('POST', '/candidate', { ...candidate(1), from: 'browser' });
		const trickled = server.show.trickled.length;
		assert.is((await call('POST', '/offer', { sdp: offer })).status, 200);
		assert.match((await call('GET', '/answer')).body.sdp, /^v=0/);
		await call('POST', '/candidate', { ...candidate(2), from: 'browser' });
		assert.equal(
			server.show.trickled.slice(trickled).map((fragment) => /\b(\d) typ host/.exec(fragment)?.[1]),
			['1', '2'],
			'also the one that came before the offer',
		);
		assert.match(server.show.trickled.at(-1)!, /a=ice-ufrag:conf\r\na=ice-pwd:/);
		assert.equal(await candidates('vm'), [], 'the stub has none');
		assert.is((await call('POST', '/candidate', { ...candidate(3), from: 'vm' })).status, 409);
		assert.is((await call('POST', '/answer', { sdp: answer })).status, 409);
		const made = server.show.sessions.size;
		assert.is((await call('POST', '/offer', { sdp: offer })).status, 200);
		assert.is(server.show.sessions.size, made, 'the newer offer ends the session before');
		assert.is((await call('DELETE', '')).status, 204);
		assert.is(server.show.sessions.size, made - 1);
	}
});

test('each has its own session with a streamer; what belongs to others is refused', async () => {
	const mine = session('program', server.tokens.viewer);
	await mine.call('POST', '/offer', { sdp: offer });
	assert.is((await session('program').call('GET', '/answer')).status, 404);
	for (const [id, token] of [
		['multiview', server.tokens.viewer],
		['guest-bob', server.tokens.guest],
		['program', server.tokens.guest],
		['any-relay', server.tokens.guest],
		['any-relay', server.tokens.viewer],
	] as const)
		assert.is((await session(id, token).call('POST', '/offer', { sdp: offer })).status, 403, id);
	assert.is((await mine.call('DELETE', '')).status, 204);
});

test('what is no description and no candidate is refused with the field; sizes and numbers are bounded', async () => {
	const { call } = session('relay-3');
	for (const sdp of ['hello', '', `v=0\r\n${'a=x\r\n'.repeat(15_000)}`])
		assert.ok([400, 413].includes((await call('POST', '/offer', { sdp })).status));
	for (const wrong of [
		{ candidate: 'nonsense' },
		{ from: 'nobody' },
		{ sdpMLineIndex: -1 },
		{ candidate: `candidate:${'x'.repeat(600)}` },
	])
		assert.is((await call('POST', '/candidate', { ...candidate(1), from: 'vm', ...wrong })).status, 400, JSON.stringify(wrong));
	assert.is((await call('GET', '/candidates/nobody')).status, 404);
	assert.is((await call('GET', '/candidates/vm?since=soon')).status, 400);
	const statuses = [];
	for (let i = 0; i < 66; i++) statuses.push((await call('POST', '/candidate', { ...candidate(i), from: 'browser' })).status);
	assert.equal([statuses[63], statuses[64]], [200, 413]);
});

/** Answers are held back until the returned function is called; resolves when the studio was asked for this many. */
function holdAnswers(): { asked: (count: number) => Promise<unknown>; release: () => void } {
	const { show } = server;
	let release = () => {};
	show.held = new Promise((resolve) => {
		release = () => {
			show.held = null;
			resolve();
		};
	});
	const before = show.asked;
	return { asked: (count) => until(() => show.asked === before + count, { what: `${count} offers` }), release };
}

test('a session that is ended while the studio makes its answer leaves no connection behind', async () => {
	const { call } = session('program', server.tokens.viewer);
	const before = server.show.sessions.size;
	const { asked, release } = holdAnswers();
	const offered = call('POST', '/offer', { sdp: offer });
	await asked(1);
	assert.is((await call('DELETE', '')).status, 204);
	release();
	assert.is((await offered).status, 409);
	assert.is(server.show.sessions.size, before);
	assert.is((await call('GET', '/answer')).status, 404);
});

test('of two offers at once, also equal ones, the later one has the connection, and only one is left', async () => {
	const { call } = session('program', server.tokens.viewer);
	const before = server.show.sessions.size;
	const { asked, release } = holdAnswers();
	const first = call('POST', '/offer', { sdp: offer });
	await asked(1);
	const second = call('POST', '/offer', { sdp: offer });
	await asked(2);
	release();
	assert.equal([(await first).status, (await second).status], [409, 200]);
	assert.is(server.show.sessions.size, before + 1);
	assert.is((await call('DELETE', '')).status, 204);
	assert.is(server.show.sessions.size, before);
});

test('connections that are not made yet are counted together, by whichever way they were begun', async () => {
	const { token } = server.store.tokens.create({ label: 'Impatient', role: 'viewer' });
	const { call } = session('program', token);
	server.show.pending = true;
	try {
		const headers = { 'content-type': 'application/sdp' };
		for (let i = 0; i < 20; i++)
			assert.is((await server.ask('POST', '/whep/program', { token, body: offer, headers })).status, 201);
		const refused = await call('POST', '/offer', { sdp: offer });
		assert.is(refused.status, 429);
		assert.ok(Number(refused.headers.get('retry-after')) >= 1);
	} finally {
		server.show.pending = false;
	}
	assert.is((await call('POST', '/offer', { sdp: offer })).status, 200);
});

test('one client has at most 16 sessions, and a few connections a second', async () => {
	const statuses = [];
	const { token } = server.store.tokens.create({ label: 'Many', role: 'operator' });
	for (let i = 0; i < 17; i++) statuses.push((await session(`many-${i}`, token).call('POST', '/offer', { sdp: offer })).status);
	assert.equal([statuses[15], statuses[16]], [200, 429]);
	const joins = Array.from({ length: 90 }, () =>
		session('guest-ada', server.tokens.guest).call('POST', '/offer', { sdp: offer }),
	);
	const refused = (await Promise.all(joins)).filter(({ status }) => status === 429);
	assert.ok(refused.length > 0);
	assert.ok(Number(refused[0]!.headers.get('retry-after')) >= 1);
});

test.run();
