import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { KnockMade, TicketState, Visitor } from '../../service/contract/door.js';
import type { GuestInvite, Invite } from '../../service/contract/guests.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { offerText } from '../tools/net/offers.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer();
});
test.after.each(() => server.stop());

const operator = (method: string, path: string, json?: unknown) =>
	server.ask(method, path, { token: server.tokens.operator, ...(json !== undefined && { json }) });
const body = async <T>(answer: Promise<Response>) => (await (await answer).json()) as T;
const session = async (token: string) => (await server.ask('GET', '/api/session', { token })).status;

test('an invite is for one seat, is listed without its secret, and can be revoked', async () => {
	const first = await body<GuestInvite>(operator('POST', '/api/guests', { name: 'Ada', expiresInS: 3600 }));
	const second = await body<GuestInvite>(operator('POST', `/api/guests/${first.id}/invite`, {}));
	assert.is(second.id, first.id);
	const inAnHour = Date.parse(first.expiresAt) - Date.now();
	assert.ok(inAnHour > 3_500_000 && inAnHour <= 3_600_000, first.expiresAt);

	const listed = await (await operator('GET', `/api/guests/${first.id}/invites`)).text();
	for (const { token } of [first, second]) assert.not.ok(listed.includes(token));
	const list = JSON.parse(listed) as Invite[];
	assert.equal(
		list.map(({ id, usedAt }) => [id, usedAt]),
		[
			[first.invite, null],
			[second.invite, null],
		],
	);

	assert.is(await session(first.token), 200);
	const opened = await body<Invite[]>(operator('GET', `/api/guests/${first.id}/invites`));
	assert.ok(opened[0]!.usedAt);
	assert.is((await operator('DELETE', `/api/guests/${first.id}/invites/${first.invite}`)).status, 204);
	assert.equal([await session(first.token), await session(second.token)], [401, 200]);
	assert.is((await operator('DELETE', `/api/guests/${first.id}/invites/${first.invite}`)).status, 404);
	// Nobody revokes what belongs to another seat, or is no invite.
	assert.is((await operator('DELETE', `/api/guests/guest-bob/invites/${second.invite}`)).status, 404);
	assert.is(await session(second.token), 200);
});

/** A guest who is connected, by a link that is revoked then; `other` is the address of somebody else who has it. */
async function revokedWhileConnected(whileValid: (seat: GuestInvite) => Promise<void> = async () => undefined) {
	const seat = await body<GuestInvite>(operator('POST', '/api/guests', { name: 'Ada' }));
	const { id, token, invite } = seat;
	const headers = { 'content-type': 'application/sdp' };
	const join = (path: string) => server.ask('POST', path, { token, body: offerText({ direction: 'sendonly' }), headers });
	const joined = await join(`/whip/${id}`);
	assert.is(joined.status, 201);
	await whileValid(seat);
	assert.is((await operator('DELETE', `/api/guests/${id}/invites/${invite}`)).status, 204);
	return { ...seat, location: joined.headers.get('location')!, join };
}
const other = '127.0.0.9';
const candidate = 'a=ice-ufrag:x\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n';
const fragment = { 'content-type': 'application/trickle-ice-sdpfrag' };

/** The status when the studio refuses. */
async function channelOf({ id, token }: GuestInvite, localAddress?: string): Promise<WebSocket | number> {
	const socket = new WebSocket(
		`${server.httpUrl.replace('http', 'ws')}/api/guests/${id}/events`,
		['r58-guest', `bearer.${token}`],
		localAddress === undefined ? {} : { localAddress },
	);
	return new Promise((resolve, reject) => {
		socket.on('open', () => resolve(socket));
		socket.on('error', reject);
		socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
	});
}

test('who is connected by a link that is revoked stays, with the page that is open and hang up', async () => {
	const sockets: WebSocket[] = [];
	const seat = await revokedWhileConnected(async (seat) => {
		for (const from of [undefined, other]) sockets.push((await channelOf(seat, from)) as WebSocket);
	});
	const { id, token, location } = seat;
	assert.equal(await body(operator('GET', `/api/guests/${id}/invites`)), []);
	const said = () => server.show.state.current.guests[id]!.messages.map(({ text }) => text);
	const [own, others] = sockets as [WebSocket, WebSocket];
	// Somebody else had the link too, and a socket by it: they are not the one who is connected.
	others.send(JSON.stringify({ type: 'message', text: 'It is me' }));
	await until(() => others.readyState === WebSocket.CLOSED, { what: 'the end of the other socket' });
	own.send(JSON.stringify({ type: 'message', text: 'Still here' }));
	await until(() => said().length > 0, { what: 'the message' });
	assert.equal(said(), ['Still here']);
	assert.is((await server.ask('PATCH', location, { token, body: candidate, headers: fragment })).status, 204);
	own.terminate();
	assert.is(await channelOf(seat), 401, 'a socket that is opened anew');
	const asked = await server.ask('GET', '/api/session', { token });
	assert.is(((await asked.json()) as { error: { code: string } }).error.code, 'revoked');
	assert.is([...server.show.sessions.values()].filter((subject) => subject === id).length, 1, 'the media go on');

	assert.is((await server.ask('DELETE', location, { token })).status, 200, 'hang up');
	assert.is((await server.ask('DELETE', location, { token })).status, 401);
});

test('a link that was revoked opens no route, also while its guest is connected', async () => {
	const cookies: string[] = [];
	const seat = await revokedWhileConnected(async ({ token }) => {
		const login = await server.ask('POST', '/api/session', { json: { token } });
		cookies.push(login.headers.get('set-cookie')!.split(';')[0]!);
	});
	const { id, token, location, join } = seat;
	const { paths } = await body<{ paths: Record<string, object> }>(
		server.ask('GET', '/api/openapi.json', { token: server.tokens.operator }),
	);
	const documented = Object.entries(paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
	);
	// Those of WHIP and WHEP, of its own session and of others'.
	const peers = ['whip', 'whep'].flatMap((name): [string, string][] => [
		...['GET', 'HEAD', 'POST'].map((method): [string, string] => [method, `/${name}/${name === 'whip' ? id : `return-${id}`}`]),
		...['GET', 'HEAD', 'PATCH', 'DELETE'].map((method): [string, string] => [method, `/${name}/${id}/some-session`]),
		...['GET', 'HEAD'].map((method): [string, string] => [method, location]),
	]);
	assert.ok(documented.length > 50, `${documented.length} routes`);
	const opened: string[] = [];
	for (const [method, path] of [...documented, ...peers]) {
		const filled = path.replace(/\{streamer\}/g, `return-${id}`).replace(/\{\w+\}/g, id);
		const { status } = await server.ask(method, filled, { token });
		if (status !== 401) opened.push(`${method} ${filled}: ${status}`);
	}
	assert.equal(opened, []);
	for (const path of [`/whip/${id}`, `/whep/return-${id}`]) assert.is((await join(path)).status, 401, path);
	const polled = { token, json: { sdp: offerText({ direction: 'sendonly' }) } };
	assert.is((await server.ask('POST', `/api/webrtc/session/${id}/offer`, polled)).status, 401);
	assert.is((await server.ask('POST', '/api/session', { json: { token } })).status, 401);
	const preflight = await server.ask('OPTIONS', `/whip/${id}`, { token });
	assert.is(preflight.headers.get('link'), null);
	assert.is(await channelOf(seat), 401);
	assert.is(await channelOf(seat, other), 401);
	for (const path of ['/api/session', '/api/ice-servers', `/api/guests/${id}`]) {
		const answer = await server.ask('GET', path, { headers: { cookie: cookies[0]! } });
		assert.equal([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [401, 'revoked'], path);
	}
	assert.is([...server.show.sessions.values()].filter((subject) => subject === id).length, 1);
});

test('an invite that nobody opened in time is closed; one that was opened holds its seat for a day', () => {
	const { tokens } = server.store;
	const late = tokens.create({ label: 'Late', role: 'guest', guest: 'guest-ada', expiresInS: -1 });
	assert.is(tokens.find(late.token), null);
	assert.is(
		tokens.ofGuest('guest-ada').some(({ id }) => id === late.id),
		false,
	);

	const early = tokens.create({ label: 'Early', role: 'guest', guest: 'guest-ada', expiresInS: 60 });
	assert.ok(tokens.find(early.token));
	const at = Date.now;
	const hours = (count: number) => () => at() + count * 3_600_000;
	try {
		Date.now = hours(23);
		assert.ok(tokens.find(early.token));
		Date.now = hours(25);
		assert.is(tokens.find(early.token), null);
	} finally {
		Date.now = at;
	}
	const operatorToken = tokens.create({ label: 'Crew', role: 'operator', expiresInS: 60 });
	assert.ok(tokens.find(operatorToken.token));
	try {
		Date.now = hours(1);
		assert.is(tokens.find(operatorToken.token), null, 'only seats outlast their expiry');
	} finally {
		Date.now = at;
	}
});

test('limits of the expiry are told by name', async () => {
	for (const expiresInS of [10, 400 * 86_400, 'soon']) {
		const answer = await operator('POST', '/api/guests', { name: 'Ada', expiresInS });
		assert.is(answer.status, 400);
		assert.match(await answer.text(), /expiresInS/);
	}
});

test('somebody without an invite knocks, the operator sees the name and admits; the token is that of a seat', async () => {
	assert.equal(await body(server.ask('GET', '/api/door')), { open: true });
	const knock = await server.ask('POST', '/api/door', { json: { name: 'Cy' } });
	assert.is(knock.status, 201);
	const { ticket } = (await knock.json()) as KnockMade;
	const look = () => body<TicketState>(server.ask('POST', '/api/door/ticket', { json: { ticket } }));
	assert.equal(await look(), { state: 'waiting' });
	const visitors = await body<Visitor[]>(operator('GET', '/api/door/visitors'));
	assert.equal(
		visitors.map(({ name }) => name),
		['Cy'],
	);
	const admitted = await operator('POST', `/api/door/visitors/${visitors[0]!.id}/admit`);
	assert.is(admitted.status, 201);
	const guest = (await admitted.json()) as { id: string; name: string };
	const answer = await look();
	assert.is(answer.state, 'admitted');
	const who = await body<{ role: string; guest: string }>(
		server.ask('GET', '/api/session', { token: (answer as { token: string }).token }),
	);
	assert.equal([who.role, who.guest, guest.name], ['guest', guest.id, 'Cy']);
	// The next time there is a place to wait in, whoever else knocks.
	const { pass } = answer as { pass: string };
	const codes = [];
	for (const shown of [undefined, undefined, undefined, pass, `${pass.slice(0, -4)}AAAA`])
		codes.push((await server.ask('POST', '/api/door', { json: { name: 'Cy', pass: shown } })).status);
	assert.equal(codes, [201, 201, 201, 201, 503]);
	for (const { id } of await body<Visitor[]>(operator('GET', '/api/door/visitors')))
		await operator('DELETE', `/api/door/visitors/${id}`);
});

test('tickets cannot be tried without end from one address', async () => {
	const guess = (_: unknown, i: number) =>
		server.ask('POST', `/api/door/${i % 2 === 0 ? 'ticket' : 'leave'}`, { json: { ticket: `guess-${i}` } });
	// An address has 128 connections at once.
	const answers = [];
	for (let round = 0; round < 3; round++) answers.push(...(await Promise.all(Array.from({ length: 50 }, guess))));
	const statuses = new Set(answers.map(({ status }) => status));
	assert.equal([...statuses].sort(), [404, 429]);
	for (const { status, headers } of answers) if (status === 429) assert.ok(Number(headers.get('retry-after')) >= 1);
});

test('the door can be shut, and a page of another site cannot knock', async () => {
	const foreign = await server.ask('POST', '/api/door', { json: { name: 'X' }, headers: { origin: 'https://evil.example' } });
	assert.is(foreign.status, 403);
	server.settings.patch({ access: { door: false } });
	assert.equal(await body(server.ask('GET', '/api/door')), { open: false });
	assert.is((await server.ask('POST', '/api/door', { json: { name: 'X' } })).status, 403);
	assert.is((await server.ask('POST', '/api/door', { json: { name: '' } })).status, 400);
	assert.is((await server.ask('POST', '/api/door/ticket', { json: { ticket: 'guessed' } })).status, 404);
});

test.run();
