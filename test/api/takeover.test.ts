import * as assert from 'uvu/assert';
import { Passwords } from '../../service/access/passwords.js';
import type { AuditPage, LoginCode, SessionEntry } from '../../service/contract/accounts.js';
import { sessionsOfOne } from '../../service/store/sessions.js';
import { limits } from '../../service/util/limits.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

/** Somebody has a browser of the technician, a link, or nothing at all: what they keep, what they wear out, and what tells of it. */
let server: ApiServer;
const password = 'correct horse battery';
const passwords = new Passwords({ logN: 12, r: 8, p: 1 });

test.before.each(async () => {
	server = await startApiServer();
	for (const [name, role] of [
		['Tess', 'technician'],
		['Tom', 'technician'],
		['Olga', 'operator'],
	] as const)
		server.store.users.create({ name, role, password: await passwords.hash(password) });
});
test.after.each(() => server.stop());

/** As a page asks that has this cookie. */
async function ask<T = unknown>(method: string, path: string, cookie: string, json?: unknown) {
	const headers = { origin: server.httpUrl, 'sec-fetch-site': 'same-origin', cookie };
	const response = await server.ask(method, path, { headers, ...(json !== undefined && { json }) });
	const text = await response.text();
	return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}

async function login(body: unknown): Promise<{ status: number; cookie: string }> {
	const response = await server.ask('POST', '/api/session', { json: body });
	return { status: response.status, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}
const as = async (name: string, secret = password) => (await login({ name, password: secret })).cookie;
const idOf = (name: string) => server.store.users.named(name)!.id;
const alive = async (cookie: string) => (await ask('GET', '/api/account', cookie)).status;
const works = async (token: string) => (await server.ask('GET', '/api/state', { token })).status;
const audit = async () =>
	((await (await server.ask('GET', '/api/audit?limit=500', { token: server.tokens.technician })).json()) as AuditPage).entries;

/** What a thief with a browser of Tom's puts aside for later. */
async function stolen() {
	const cookie = await as('Tom');
	const { body: phone } = await ask<LoginCode>('POST', '/api/account/code', cookie, {});
	const { body: program } = await ask<{ token: string }>('POST', '/api/tokens', cookie, { label: 'Mine', role: 'operator' });
	const session = (await ask<SessionEntry[]>('GET', '/api/account/sessions', cookie)).body.find(({ current }) => current)!.id;
	return { cookie, session, code: phone.code, token: program.token };
}
async function isOver({ cookie, code, token }: Awaited<ReturnType<typeof stolen>>, why: string): Promise<void> {
	assert.equal([await alive(cookie), await works(token), (await login({ code })).status], [401, 401, 401], why);
}

test('codes and tokens that a stolen browser made end with its session, however that is ended', async () => {
	const tess = await as('Tess');
	const endings: Record<string, (thief: Awaited<ReturnType<typeof stolen>>) => Promise<{ status: number }>> = {
		'log out everywhere else': async () => ask('DELETE', '/api/account/sessions', await as('Tom')),
		'one of the own sessions': async ({ session }) => ask('DELETE', `/api/account/sessions/${session}`, await as('Tom')),
		'ended by a technician': ({ session }) => ask('DELETE', `/api/sessions/${session}`, tess),
		'new password': async () => ask('PUT', '/api/account/password', await as('Tom'), { password, newPassword: password }),
		'password set by a technician': () =>
			ask('PATCH', `/api/users/${idOf('Tom')}`, tess, { password, presentPassword: password }),
		'another role': () => ask('PATCH', `/api/users/${idOf('Tom')}`, tess, { role: 'operator', presentPassword: password }),
	};
	for (const [why, end] of Object.entries(endings)) {
		const thief = await stolen();
		assert.equal([await alive(thief.cookie), await works(thief.token)], [200, 200]);
		assert.ok([200, 204].includes((await end(thief)).status), why);
		await isOver(thief, why);
	}
	await ask('PATCH', `/api/users/${idOf('Tom')}`, tess, { role: 'technician', presentPassword: password });
	const last = await stolen();
	assert.is((await ask('DELETE', `/api/users/${idOf('Tom')}`, tess, { presentPassword: password })).status, 204);
	await isOver(last, 'account removed');
});

test('a code ends with the password beside which it was made, also where the session goes on', async () => {
	const tess = await as('Tess');
	const changes: [string, string, unknown][] = [
		['PUT', '/api/account/password', { password, newPassword: password }],
		['PATCH', `/api/users/${idOf('Tess')}`, { password, presentPassword: password }],
	];
	for (const [method, path, json] of changes) {
		const { code } = (await ask<LoginCode>('POST', '/api/account/code', tess, {})).body;
		assert.ok([200, 204].includes((await ask(method, path, tess, json)).status), path);
		assert.equal([await alive(tess), (await login({ code })).status], [200, 401], path);
	}
});

test('a thief who logs out first keeps no token; logging out by oneself, and what this browser made, ends nothing', async () => {
	const thief = await stolen();
	assert.is((await ask('DELETE', '/api/session', thief.cookie)).status, 204);
	assert.is(await works(thief.token), 200, 'a technician who logs out keeps the links on the wall');
	assert.is((await login({ code: thief.code })).status, 401, 'but no code');
	const here = await stolen();
	assert.is((await ask('DELETE', '/api/account/sessions', here.cookie)).status, 204);
	assert.equal([await works(thief.token), await works(here.token), await alive(here.cookie)], [401, 200, 200]);
	// What the browser of somebody else made, and programs, stay.
	for (const token of Object.values(server.tokens)) assert.is((await server.ask('GET', '/api/account', { token })).status, 200);
});

test('accounts are changed by who types the present password, and the refusal names the field', async () => {
	const cookie = await as('Tess');
	const requests: [string, string, object][] = [
		['POST', '/api/users', { name: 'Eve', role: 'technician', password: 'owned by a thief' }],
		['PATCH', `/api/users/${idOf('Tess')}`, { password: 'owned by a thief' }],
		['PATCH', `/api/users/${idOf('Olga')}`, { role: 'technician' }],
		['PATCH', `/api/users/${idOf('Olga')}`, { name: 'Eve' }],
		['DELETE', `/api/users/${idOf('Olga')}`, {}],
	];
	for (const [method, path, body] of requests) {
		for (const given of [{}, { presentPassword: 'a wrong guess' }]) {
			const refused = await ask<{ error: { detail: { field: string }[] } }>(method, path, cookie, { ...body, ...given });
			if (refused.status === 429) continue;
			assert.equal([refused.status, refused.body.error.detail[0]!.field], [400, 'presentPassword'], `${method} ${path}`);
		}
	}
	assert.equal(
		server.store.users.list().map(({ name, role }) => `${name} ${role}`),
		['Olga operator', 'Tess technician', 'Tom technician'],
	);
	const tried = (await audit()).filter(({ kind, who }) => kind === 'refused' && who === 'Tess');
	assert.ok(tried.length >= 3 && tried.every(({ outcome, role }) => outcome === 'invalid' && role === 'technician'));
});

test('a browser that was logged in by a token gives that token; a program has sent it already', async () => {
	const { technician, operator } = server.tokens;
	const { cookie } = await login({ token: technician });
	const olga = idOf('Olga');
	const rename = (presentPassword?: string) =>
		ask('PATCH', `/api/users/${olga}`, cookie, { name: 'Olga 2', ...(presentPassword && { presentPassword }) });
	assert.equal([(await rename()).status, (await rename(operator)).status, (await rename(technician)).status], [400, 400, 200]);
	const byProgram = await server.ask('PATCH', `/api/users/${olga}`, { token: technician, json: { name: 'Olga' } });
	assert.is(byProgram.status, 200);
});

test('a link that is used without end has twenty sessions, and crowds nobody else out', async () => {
	const tess = await as('Tess');
	const first = await login({ token: server.tokens.viewer });
	for (let i = 0; i < 60; i++) assert.is((await login({ token: server.tokens.viewer })).status, 200);
	const token = server.store.tokens.find(server.tokens.viewer)!.id;
	assert.is(server.store.sessions.list({ token }).length, sessionsOfOne);
	assert.equal([await alive(first.cookie), await alive(tess)], [401, 200]);
	for (let i = 0; i < 60; i++) server.store.sessions.create({ owner: { user: idOf('Tom') }, address: '', agent: '' });
	assert.is(server.store.sessions.list({ user: idOf('Tom') }).length, sessionsOfOne);
	// All of it is one line of the audit.
	const visits = (await audit()).filter(({ kind }) => kind === 'visits');
	assert.equal(
		visits.map(({ action, count }) => [action, count]),
		[['POST /api/session', 61]],
	);
});

test('who asks a studio for its set-up again and again has to wait, and is one line of the audit', async () => {
	await as('Tess');
	const statuses: number[] = [];
	for (let i = 0; i < 60; i++)
		statuses.push((await server.ask('POST', '/api/setup', { json: { code: 'x', password: '0123456789' } })).status);
	const tried = statuses.filter((status) => status === 409).length;
	assert.equal([...new Set(statuses)], [409, 429]);
	// Ten are free; where sixty take long, one more after 2 s, 4 s, 8 s…
	assert.ok(statuses.indexOf(429) === 10 && tried < 18, `${tried} were tried`);
	const entries = await audit();
	assert.equal(
		entries.map(({ kind, action, outcome, count }) => [kind, action, outcome, count]),
		[
			['strangers', 'POST /api/setup', 'conflict', tried],
			['logins', 'POST /api/session', 'done', 1],
		],
	);
});

test('who tries what only technicians may is written down', async () => {
	for (let i = 0; i < 3; i++) {
		assert.is((await server.ask('DELETE', `/api/tokens/token-${i}`, { token: server.tokens.operator })).status, 403);
		assert.is((await server.ask('POST', '/api/users', { token: server.tokens.viewer, json: {} })).status, 403);
	}
	assert.equal(
		(await audit()).map(({ kind, who, action, outcome, count }) => [kind, who, action, outcome, count]),
		[
			['refused', 'viewer', 'POST /api/users', 'forbidden', 3],
			['refused', 'operator', 'DELETE /api/tokens/:id', 'forbidden', 3],
		],
	);
});

test('tokens and links of a guest are bounded; those that have expired make room', () => {
	const { tokens } = server.store;
	const fill = (create: () => unknown) => {
		let made = 0;
		try {
			for (; made < 500; made++) create();
		} catch (error) {
			assert.match((error as Error).message, /the maximum is \d+; remove one first/);
		}
		return made;
	};
	const before = tokens.list().filter(({ guest }) => guest === null).length;
	for (let i = 0; i < 100; i++) tokens.create({ label: 'Old', role: 'viewer', expiresInS: -1 });
	assert.is(
		fill(() => tokens.create({ label: 'Link', role: 'viewer' })),
		limits.tokens - before,
	);
	const invite = () => tokens.create({ label: 'Invite', role: 'guest', guest: 'guest-bob', expiresInS: 3600 });
	assert.is(fill(invite), limits['invites of this guest']);
});

test.run();
