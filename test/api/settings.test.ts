import * as assert from 'uvu/assert';
import type { BackupPending, BackupPlan } from '../../service/contract/backup.js';
import type { SettingsFile } from '../../service/contract/settings.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

const turn = { name: 'ours', urls: ['turn:turn.example.org'], secret: 'north' };
const technician = () => ({ token: server.tokens.technician });

test('settings are read and changed by section, and never show a secret', async () => {
	const changed = await server.ask('PATCH', '/api/settings', { ...technician(), json: { network: { servers: [turn] } } });
	assert.is(changed.status, 200);
	const shown = await server.ask('GET', '/api/settings', technician());
	const text = await shown.text();
	assert.is(await changed.text(), text);
	assert.not.match(text, /north/);
	assert.is(JSON.parse(text).network.servers[0].secret, true);
	assert.is(server.settings.current.network.servers[0]?.secret, 'north');
});

test('what does not fit is refused with the fields, whole', async () => {
	const json = { network: { tcp: true, ports: { first: 9000, last: 9001 } } };
	const refused = await server.ask('PATCH', '/api/settings', { ...technician(), json });
	assert.is(refused.status, 400);
	const { error } = (await refused.json()) as { error: { code: string; detail: { field: string; message: string }[] } };
	assert.is(error.code, 'invalid');
	assert.equal(
		error.detail.map(({ field }) => field),
		['network.ports'],
	);
	assert.is(server.settings.current.network.tcp, false);
	for (const wrong of [{ colours: {} }, { network: 7 }]) {
		assert.is((await server.ask('PATCH', '/api/settings', { ...technician(), json: wrong })).status, 400);
	}
});

test('the file is shown with its lines, and without its secrets', async () => {
	const shown = await server.ask('GET', '/api/settings/file', technician());
	const text = await shown.text();
	assert.not.match(text, /north/);
	const { text: file, fields, applies } = JSON.parse(text) as SettingsFile;
	assert.match(file, /secret: •••/);
	const { line } = fields.find(({ field }) => field === 'network.policy')!;
	assert.match(file.split('\n')[line! - 1]!, /^ {2}policy: all/);
	assert.is(applies.program, 'restart');
});

test('a backup comes without secrets, goes back as what it is, and nothing else does', async () => {
	const made = await server.ask('GET', '/api/backup', technician());
	assert.is(made.headers.get('content-type'), 'application/gzip');
	assert.match(made.headers.get('content-disposition')!, /r58-backup-\d{4}-\d\d-\d\d\.tar\.gz/);
	const body = new Uint8Array(await made.arrayBuffer());
	const headers = { 'content-type': 'application/gzip' };
	const post = (more: object, path = '/api/backup?dryRun=true') =>
		server.ask('POST', path, { ...technician(), headers, ...more });
	assert.equal(((await (await post({ body })).json()) as BackupPlan).changes, []);
	assert.is((await post({ body: 'hello' })).status, 400);
	assert.is((await post({ body, headers: { 'content-type': 'application/zip' } })).status, 415);
	assert.is((await post({ body: new Uint8Array(9 * 1024 * 1024) })).status, 413);
	assert.is((await post({ body }, '/api/backup?dryRun=perhaps')).status, 400);
	assert.is((await server.ask('POST', '/api/backup/undo', technician())).status, 409);
	assert.is((await server.ask('POST', '/api/system/factory-reset', { ...technician(), json: { confirm: 'yes' } })).status, 400);
	const decided = await server.ask('POST', '/api/system/factory-reset', { ...technician(), json: { confirm: 'factory reset' } });
	assert.is(((await decided.json()) as BackupPending).pending?.kind, 'factory-reset');
	const cancelled = await server.ask('DELETE', '/api/backup/pending', technician());
	assert.is(((await cancelled.json()) as BackupPending).pending, null);
	assert.is((await server.ask('POST', '/api/system/restart', technician())).status, 409, 'nobody would start it again');
});

test('a 201 of WHIP and WHEP names the servers, one Link each; errors and preflights name none', async () => {
	server.show.servers = [
		{ urls: ['stun:a.example.org', 'stun:b.example.org'] },
		{ urls: ['turn:c.example.org'], username: 'u', credential: 'p' },
	];
	const headers = { 'content-type': 'application/sdp' };
	for (const [path, token] of [
		['/whip/guest-ada', server.tokens.guest],
		['/whep/program', server.tokens.viewer],
	] as const) {
		const made = await server.ask('POST', path, { token, headers, body: 'v=0\r\n' });
		assert.is(made.status, 201);
		assert.equal(made.headers.get('link')!.split(', '), [
			'<stun:a.example.org>; rel="ice-server"',
			'<stun:b.example.org>; rel="ice-server"',
			'<turn:c.example.org>; rel="ice-server"; username="u"; credential="p"; credential-type="password"',
		]);
		assert.match(made.headers.get('access-control-expose-headers')!, /\bLink\b/);
		assert.is((await server.ask('POST', path, { token, headers, body: 'x' })).headers.get('link'), null);
		const asked = async (more: object) => (await server.ask('OPTIONS', path, more)).headers.get('link');
		assert.is(await asked({}), null, 'to nobody');
		assert.is(await asked({ token, headers: { 'access-control-request-method': 'POST' } }), null, 'on no preflight');
		assert.is(await asked({ token }), made.headers.get('link'));
	}
	const elsewhere = await server.ask('OPTIONS', '/whip/guest-bob', { token: server.tokens.guest });
	assert.equal([elsewhere.status, elsewhere.headers.get('link')], [200, null], 'not to who may not use it');
	const listed = await server.ask('GET', '/api/ice-servers', { token: server.tokens.guest });
	assert.equal(await listed.json(), { iceServers: server.show.servers });
});

test.run();
