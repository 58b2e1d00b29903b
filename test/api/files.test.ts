import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { parseRange } from '../../service/http/file.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
	writeFileSync(join(server.dir, 'secret.txt'), 'treasure');
});
test.after(() => server.stop());

const file = '/api/recordings/recording-1/files/program.mp4';

function get(headers: Record<string, string> = {}, method = 'GET') {
	return server.ask(method, file, { token: server.tokens.operator, headers });
}

/** The raw answer to a path that fetch would tidy up first. */
function rawGet(path: string, token?: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1');
		let text = '';
		socket.on('data', (data) => {
			text += String(data);
		});
		socket.on('end', () => resolve(text));
		socket.on('error', reject);
		const authorization = token ? `Authorization: Bearer ${token}\r\n` : '';
		socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${authorization}\r\n`);
	});
}

test('ranges', () => {
	const cases: [string | undefined, ReturnType<typeof parseRange>][] = [
		[undefined, null],
		['bytes=0-3', { first: 0, last: 3 }],
		['bytes=4-', { first: 4, last: 9 }],
		['bytes=-3', { first: 7, last: 9 }],
		['bytes=-99', { first: 0, last: 9 }],
		['bytes=8-99', { first: 8, last: 9 }],
		['bytes=10-', 'unsatisfiable'],
		['bytes=-0', 'unsatisfiable'],
		['bytes=5-4', null],
		['bytes=-', null],
		['bytes=0-1,4-5', null],
		['lines=1-2', null],
		['bytes=a-b', null],
	];
	for (const [header, expected] of cases) assert.equal(parseRange(header, 10), expected, header);
	assert.is(parseRange('bytes=0-', 0), 'unsatisfiable');
});

test('a recording downloads whole, in parts, or not at all', async () => {
	const whole = await get();
	assert.equal([whole.status, await whole.text()], [200, '0123456789']);
	assert.is(whole.headers.get('content-type'), 'video/mp4');
	assert.is(whole.headers.get('accept-ranges'), 'bytes');
	assert.is(whole.headers.get('content-disposition'), 'attachment; filename="program.mp4"');
	const etag = whole.headers.get('etag')!;

	const part = await get({ range: 'bytes=2-4' });
	assert.equal([part.status, await part.text(), part.headers.get('content-range')], [206, '234', 'bytes 2-4/10']);
	const beyond = await get({ range: 'bytes=10-' });
	assert.equal([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */10']);
	assert.is((await get({ range: 'bytes=2-4', 'if-range': etag })).status, 206);
	assert.is((await get({ range: 'bytes=2-4', 'if-range': '"old"' })).status, 200);
	assert.is((await get({ 'if-none-match': etag })).status, 304);
	assert.is((await get({ 'if-none-match': `"old", W/${etag}` })).status, 304);
	assert.is((await get({ 'if-none-match': '"old"' })).status, 200);
	const head = await get({ range: 'bytes=2-4' }, 'HEAD');
	assert.equal([head.status, head.headers.get('content-length'), await head.text()], [206, '3', '']);
});

test('no name leads out of the folder of recordings', async () => {
	const names = [
		'..%2fsecret.txt',
		'%2e%2e%2fsecret.txt',
		'..',
		'%2fetc%2fpasswd',
		'.hidden',
		'a%00.mp4',
		'a%5c..%5cb',
		'none.mp4',
	];
	for (const name of names) {
		const answer = await rawGet(`/api/recordings/recording-1/files/${name}`, server.tokens.operator);
		assert.match(answer, /^HTTP\/1.1 (404|400) /, name);
		assert.not.match(answer, /treasure|root:/);
	}
	assert.match(await rawGet(`/api/recordings/none/files/program.mp4`, server.tokens.operator), /^HTTP\/1.1 404 /);
});

test('pages and files of the panel have types, cache headers and a policy', async () => {
	for (const path of ['/', '/switcher', '/guest_join', '/watch/program', '/inputs', '/outputs', '/recordings', '/system']) {
		const page = await server.ask('GET', path);
		assert.is(page.status, 200, path);
		assert.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
		assert.is(page.headers.get('cache-control'), 'no-cache');
		assert.match(page.headers.get('content-security-policy')!, /script-src 'self';.*frame-ancestors 'none'/);
		assert.is(page.headers.get('x-content-type-options'), 'nosniff');
		assert.is(page.headers.get('referrer-policy'), 'no-referrer');
	}
	const asset = await server.ask('GET', '/assets/main-1a2b.js');
	assert.is(asset.headers.get('content-type'), 'text/javascript; charset=utf-8');
	assert.match(asset.headers.get('cache-control')!, /immutable/);
	assert.is(
		(await server.ask('GET', '/', { headers: { 'if-none-match': (await server.ask('GET', '/')).headers.get('etag')! } })).status,
		304,
	);
});

test('nothing outside the panel is served', async () => {
	const paths = [
		'/../secret.txt',
		'/..%2fsecret.txt',
		'/assets/../../secret.txt',
		'/assets/..%2f..%2fsecret.txt',
		'/assets/%2e%2e/%2e%2e/secret.txt',
		'//etc/passwd',
		'/%2fetc%2fpasswd',
		'/assets',
		'/assets/',
		'/..%5csecret.txt',
		'/index.html%00.js',
	];
	for (const path of paths) {
		const answer = await rawGet(path);
		assert.match(answer, /^HTTP\/1.1 404 /, path);
		assert.not.match(answer, /treasure|root:/);
	}
});

test.run();
