import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Setup } from '../../service/access/setup.js';
import type { Account, AuditPage, LoginCode, SessionEntry, User } from '../../service/contract/accounts.js';
import type { Role } from '../../service/contract/roles.js';
import { createLog } from '../../service/util/log.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

/** Accounts, sessions, codes and the audit on the real server over the stub of a show; nothing has been set up before. */
let server: ApiServer;
const password = 'correct horse battery';
/** What a browser adds to changes of accounts, as the page asks for it. */
const present = { presentPassword: password };

test.before(async () => {
	server = await startApiServer({ setUp: false });
});
test.after(() => server.stop());

interface Answer<T> {
	status: number;
	body: T;
	cookie: string;
	retryAfterS: number;
}

/** Each test comes from another address: what is wrong in one makes nobody wait in the next. */
let from = '127.0.0.1';
let tests = 1;
test.before.each(() => {
	tests += 1;
	from = `127.0.0.${tests}`;
});

/** As a page of the studio asks, with the cookie it has. */
async function ask<T = { error: { code: string; message: string } }>(
	method: string,
	path: string,
	json?: unknown,
	cookie = '',
): Promise<Answer<T>> {
	const headers = { origin: server.httpUrl, 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) };
	const response = await server.ask(method, path, { from, headers, ...(json !== undefined && { json }) });
	const text = await response.text();
	return {
		status: response.status,
		body: (text === '' ? null : JSON.parse(text)) as T,
		cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
		retryAfterS: Number(response.headers.get('retry-after')),
	};
}

async function login(name: string, secret = password): Promise<string> {
	const { status, cookie } = await ask('POST', '/api/session', { name, password: secret });
	assert.is(status, 200, name);
	return cookie;
}

const setupCode = () => readFileSync(join(server.dir, 'setup-code'), 'utf8').trim();
let technician = '';

test('at the first visit the code from console, log and data folder sets the password, once', async () => {
	assert.equal((await ask('GET', '/api/setup')).body as unknown, { state: 'first' });
	assert.match(setupCode(), /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
	assert.is(statSync(join(server.dir, 'setup-code')).mode & 0o777, 0o600);
	assert.ok(server.lines.some((line) => line.includes(setupCode())));
	assert.is((await ask('GET', '/api/health')).status, 200);
	for (const body of [{ password }, { name: 'technician', password }])
		assert.is((await ask('POST', '/api/session', body)).status, 401);
	assert.equal((await ask('GET', '/api/door')).body as unknown, { open: false });

	assert.is((await ask('POST', '/api/setup', { code: 'ABCDE-FGHJK', password })).status, 401);
	assert.is((await ask('POST', '/api/setup', { code: setupCode(), password: 'short' })).status, 400);
	// As somebody types it from a screen.
	const typed = setupCode().toLowerCase().replace('-', ' ');
	const done = await ask('POST', '/api/setup', { code: typed, name: 'Tess', password });
	assert.equal([done.status, done.body as unknown], [200, { role: 'technician', guest: null, streamers: null }]);
	technician = done.cookie;
	assert.not.ok(existsSync(join(server.dir, 'setup-code')));
	assert.equal((await ask('GET', '/api/setup')).body as unknown, { state: 'done' });
	assert.is((await ask('POST', '/api/setup', { code: typed, name: 'Eve', password })).status, 409);
});

test('a file setup-code asks for a code again, for who forgot the password; the others go on', () => {
	const options = { dataDir: server.dir, users: server.store.users, log: createLog('silent') };
	assert.is(new Setup(options).open, false);
	writeFileSync(join(server.dir, 'setup-code'), '');
	const again = new Setup(options);
	assert.equal([again.open, again.first], [true, false]);
	again.check(setupCode());
	// A restart in between keeps it.
	new Setup(options).check(setupCode());
	again.done();
	assert.throws(() => again.check('x'), /already set up/);
});

test('accounts are made, changed and removed by technicians, and there is always one of these', async () => {
	const made = await ask<User>('POST', '/api/users', { name: 'Olga', role: 'operator', password, ...present }, technician);
	assert.equal([made.status, made.body.name, made.body.role, made.body.loginAt], [201, 'Olga', 'operator', null]);
	assert.is((await ask('POST', '/api/users', { name: 'OLGA', role: 'viewer', password, ...present }, technician)).status, 409);
	for (const body of [
		{ name: '', role: 'viewer', password },
		{ name: 'x'.repeat(41), role: 'viewer', password },
		{ name: '<b>', role: 'viewer', password },
		{ name: 'a\nb', role: 'viewer', password },
		{ name: 'Gus', role: 'guest', password },
		{ name: 'Gus', role: 'viewer', password: 'too short' },
		{ name: 'Gus', role: 'viewer', password, id: 'user-1' },
	])
		assert.is((await ask('POST', '/api/users', body, technician)).status, 400, JSON.stringify(body));
	const { body: users } = await ask<User[]>('GET', '/api/users', undefined, technician);
	assert.equal(
		users.map(({ name, role }) => [name, role]),
		[
			['Olga', 'operator'],
			['Tess', 'technician'],
		],
	);
	assert.not.match(JSON.stringify(users), /scrypt|password/);
	const tess = users.find(({ name }) => name === 'Tess')!.id;
	assert.is((await ask('PATCH', `/api/users/${tess}`, { role: 'operator', ...present }, technician)).status, 409);
	assert.is((await ask('DELETE', `/api/users/${tess}`, present, technician)).status, 409);
	const renamed = await ask<User>('PATCH', `/api/users/${made.body.id}`, { name: 'Olga Ž.', ...present }, technician);
	assert.is(renamed.body.name, 'Olga Ž.');
	const cookie = await login('olga ž.');
	assert.is((await ask('DELETE', `/api/users/${made.body.id}`, present, technician)).status, 204);
	assert.is((await ask('GET', '/api/session', undefined, cookie)).status, 401);
	assert.is((await ask('PATCH', `/api/users/${made.body.id}`, present, technician)).status, 404);
});

test('an account has its role, however the password was typed, and a wrong one says no more than a wrong name', async () => {
	await ask('POST', '/api/users', { name: 'Otto', role: 'operator', password: 'Straße über Ö', ...present }, technician);
	const { body } = await ask<Account>('GET', '/api/account', undefined, await login('OTTO', 'Straße über Ö'));
	assert.equal([body.kind, body.name, body.role, body.readOnly], ['account', 'Otto', 'operator', false]);
	assert.is((await ask('GET', '/api/users', undefined, await login('Otto', 'Straße über Ö'))).status, 403);
	const wrong = await ask('POST', '/api/session', { name: 'Otto', password: 'straße über ö' });
	const nobody = await ask('POST', '/api/session', { name: 'Nobody', password: 'straße über ö' });
	assert.equal([wrong.status, wrong.body], [nobody.status, nobody.body]);
	assert.is(wrong.status, 401);
});

test('who changes the password names the old one, and is logged out everywhere else', async () => {
	const [here, there] = [await login('Otto', 'Straße über Ö'), await login('Otto', 'Straße über Ö')];
	const change = (old: string) => ask('PUT', '/api/account/password', { password: old, newPassword: 'a new password' }, here);
	assert.is((await change('wrong')).status, 400);
	assert.is((await change('Straße über Ö')).status, 204);
	const alive = async (cookie: string) => (await ask('GET', '/api/session', undefined, cookie)).status;
	assert.equal([await alive(here), await alive(there)], [200, 401]);
	assert.is((await ask('POST', '/api/session', { name: 'Otto', password: 'Straße über Ö' })).status, 401);
	await login('Otto', 'a new password');
});

test('a new password from the technician ends the sessions of the account', async () => {
	const cookie = await login('Otto', 'a new password');
	const otto = server.store.users.named('Otto')!.id;
	assert.is((await ask('PATCH', `/api/users/${otto}`, { password, ...present }, technician)).status, 200);
	assert.is((await ask('GET', '/api/session', undefined, cookie)).status, 401);
});

test('a phone logs in by a code, once, and in time', async () => {
	const cookie = await login('Otto');
	const made = await ask<LoginCode>('POST', '/api/account/code', {}, cookie);
	assert.is(made.status, 201);
	assert.match(made.body.code, /^\w{4}-\w{4}$/);
	assert.ok(made.body.url.endsWith(`/#code=${made.body.code.replace('-', '')}`));
	assert.match(made.body.qrSvg, /^<svg /);
	const phone = await ask('POST', '/api/session', { code: made.body.code.toLowerCase() });
	assert.is(phone.status, 200);
	assert.is((await ask<Account>('GET', '/api/account', undefined, phone.cookie)).body.name, 'Otto');
	assert.is((await ask('POST', '/api/session', { code: made.body.code })).status, 401);
	const gone = await ask<User>('POST', '/api/users', { name: 'Gone', role: 'operator', password, ...present }, technician);
	const left = await ask<LoginCode>('POST', '/api/account/code', {}, await login('Gone'));
	assert.is((await ask('DELETE', `/api/users/${gone.body.id}`, present, technician)).status, 204);
	assert.is((await ask('POST', '/api/session', { code: left.body.code })).status, 401);
	const viewer = await server.ask('POST', '/api/account/code', { token: server.tokens.viewer, json: {} });
	assert.is(viewer.status, 403);
});

test('one sees and ends one’s own sessions, a technician those of all', async () => {
	const [here, there] = [await login('Otto'), await login('Otto')];
	const own = async (cookie: string) => (await ask<SessionEntry[]>('GET', '/api/account/sessions', undefined, cookie)).body;
	const listed = await own(here);
	assert.ok(listed.length >= 2 && listed.every(({ name, address }) => name === 'Otto' && address.startsWith('127.0.0.')));
	const current = listed.filter((session) => session.current);
	assert.is(current.length, 1);
	const tess = (await own(technician))[0]!;
	assert.is((await ask('DELETE', `/api/account/sessions/${tess.id}`, undefined, here)).status, 404);
	assert.is((await ask('DELETE', '/api/account/sessions', undefined, here)).status, 204);
	assert.equal(
		(await own(here)).map(({ id }) => id),
		[current[0]!.id],
	);
	assert.is((await ask('GET', '/api/session', undefined, there)).status, 401);
	const all = (await ask<SessionEntry[]>('GET', '/api/sessions', undefined, technician)).body;
	assert.ok(all.some(({ name }) => name === 'Tess') && all.some(({ name }) => name === 'Otto'));
	assert.is((await ask('DELETE', `/api/sessions/${current[0]!.id}`, undefined, technician)).status, 204);
	assert.is((await ask('GET', '/api/session', undefined, here)).status, 401);
});

test('who came by a link sees no other browser that came by it', async () => {
	const open = () => ask('POST', '/api/session', { token: server.tokens.viewer });
	const [one] = [await open(), await open()];
	const { body } = await ask<SessionEntry[]>('GET', '/api/account/sessions', undefined, one!.cookie);
	assert.equal(
		body.map(({ current, kind }) => [current, kind]),
		[[true, 'token']],
	);
	await ask('DELETE', '/api/account/sessions', undefined, one!.cookie);
	assert.is(server.store.sessions.list({ token: server.store.tokens.find(server.tokens.viewer)!.id }).length, 2);
});

test('a token for looking reads and listens, and changes nothing', async () => {
	const json = { label: 'Wall', role: 'operator', readOnly: true, expiresInS: 3600 };
	const made = await server.ask('POST', '/api/tokens', { token: server.tokens.technician, json });
	const { token, readOnly } = (await made.json()) as { token: string; readOnly: boolean };
	assert.equal([made.status, readOnly], [201, true]);
	const status = async (method: string, path: string) => (await server.ask(method, path, { token })).status;
	assert.equal(
		[await status('GET', '/api/state'), await status('POST', '/api/cut'), await status('GET', '/api/settings')],
		[200, 403, 403],
	);
	const socket = new WebSocket(`${server.httpUrl.replace('http', 'ws')}/api/events`, {
		headers: { authorization: `Bearer ${token}` },
	});
	const first = await new Promise((resolve, reject) =>
		socket.once('message', (data) => resolve(String(data))).once('error', reject),
	);
	assert.match(first as string, /^\{"type":"snapshot"/);
	socket.terminate();
	const cookie = (await ask('POST', '/api/session', { token })).cookie;
	assert.is((await ask('POST', '/api/cut', { scene: 'one' }, cookie)).status, 403);
	assert.is((await ask('DELETE', '/api/session', undefined, cookie)).status, 204);
});

test('the audit tells who did what from where, and never a password, a code or what was typed as a name', async () => {
	await ask('POST', '/api/session', { name: 'Otto', password: 'wrong password' });
	await ask('POST', '/api/session', { name: 'hunter2hunter2', password });
	await ask(
		'PATCH',
		'/api/settings',
		{ network: { servers: [{ name: 'a', urls: ['turn:turn.example.org'], secret: 'canary-secret' }] } },
		technician,
	);
	const { body } = await ask<AuditPage>('GET', '/api/audit?limit=500', undefined, technician);
	const short = body.entries.map(({ who, action, outcome }) => `${who}: ${action} ${outcome}`);
	for (const line of [
		'nobody: POST /api/setup unauthorized',
		'Tess: POST /api/setup done',
		'Tess: POST /api/users done',
		'Tess: DELETE /api/users/:id done',
		'Otto: POST /api/session done',
		'Otto: POST /api/session unauthorized',
		'nobody: POST /api/session unauthorized',
		'Otto: PUT /api/account/password done',
		'Otto: POST /api/account/code done',
		'technician: POST /api/tokens done',
		'Tess: PATCH /api/settings done',
	])
		assert.ok(short.includes(line), `${line} in\n${short.join('\n')}`);
	const settings = body.entries[0]!;
	assert.equal([settings.address, settings.detail], [from, 'network.servers']);
	assert.match(settings.at, /Z$/);
	assert.not.match(JSON.stringify(body), /hunter2|canary-secret|correct horse|wrong password|Straße/);
	const removed = body.entries.filter(({ action }) => action === 'DELETE /api/users/:id').at(-1);
	assert.is(removed?.subject, 'Olga Ž.');
	const found = (await ask<AuditPage>('GET', '/api/audit?text=TURN&limit=5', undefined, technician)).body.entries;
	assert.is(found.length, 0);
	const older = (await ask<AuditPage>('GET', `/api/audit?text=otto&before=${settings.seq}&limit=2`, undefined, technician)).body;
	assert.is(older.entries.length, 2);
	assert.ok(older.entries.every(({ who, seq }) => who === 'Otto' && seq < settings.seq));
});

test('guessing is slowed down, on the device itself too; who owns the data folder gets in without a restart', async () => {
	const attempt = (body: unknown) => ask('POST', '/api/session', body);
	let last = await attempt({ name: 'Tess', password: 'guess' });
	for (let i = 0; i < 30 && last.status === 401; i++)
		last = await attempt(i % 2 ? { name: 'Tess', password: 'guess' } : { code: 'AAAA' });
	assert.is(last.status, 429);
	assert.is(last.body.error.code, 'rate-limited');
	assert.ok(last.retryAfterS > 0);
	const metrics = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
	assert.match(metrics, /^r58_logins_failed [1-9]\d*$/m);
	assert.match(metrics, /^r58_logins_refused [1-9]\d*$/m);
	assert.match(metrics, /^r58_logins_waiting [1-9]\d*$/m);
	await new Promise((resolve) => setTimeout(resolve, last.retryAfterS * 1000));
	await login('Tess');

	writeFileSync(join(server.dir, 'setup-code'), '');
	assert.equal((await ask('GET', '/api/setup')).body as unknown, { state: 'again' });
	assert.is((await ask('POST', '/api/setup', { code: setupCode(), name: 'Tess', password })).status, 200);
	assert.equal((await ask('GET', '/api/setup')).body as unknown, { state: 'done' });
});

test('every role but the owner’s is kept out of what belongs to accounts', async () => {
	for (const role of ['viewer', 'guest', 'operator'] as Role[])
		for (const path of ['/api/users', '/api/sessions', '/api/audit', '/api/tokens'])
			assert.is((await server.ask('GET', path, { token: server.tokens[role] })).status, 403, `${path} as ${role}`);
});

test.run();
