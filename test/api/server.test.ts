import { createServer, type Server } from 'node:http';
import { get, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { createApi } from '../../service/api.js';
import { StudioError } from '../../service/util/errors.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { ShowStub } from '../tools/showStub.js';
import { test } from '../tools/suite.js';
import { patienceMs, within } from '../tools/wait.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
}

/** A request over HTTPS by a client that trusts the authority of the server and nothing else. */
function secure(
	url: string,
	options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const { body, ...rest } = options;
		const outgoing = request(url, { ...rest, ca: server.certificate.authority.certPem, agent: false }, (response) => {
			let text = '';
			response.on('data', (chunk) => {
				text += String(chunk);
			});
			response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
		});
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}

/** An address of this machine that is not loopback, if it has one. */
function networkAddress(): string | undefined {
	return Object.values(networkInterfaces())
		.flat()
		.find((address) => address && !address.internal && address.family === 'IPv4')?.address;
}

test('HTTPS serves everything, with a chain that the authority proves, by every name', async () => {
	const { port } = new URL(server.httpsUrl);
	for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
		const answer = await secure(`https://${host}:${port}/api/health`);
		assert.equal([answer.status, answer.text], [200, '{"status":"ok"}'], host);
	}
	const stranger = new Promise((resolve, reject) => get(server.httpsUrl, { agent: false }, resolve).on('error', reject));
	await stranger.then(
		() => assert.unreachable('a client that trusts nobody connected'),
		(error: NodeJS.ErrnoException) => assert.match(error.code!, /SELF_SIGNED|UNABLE_TO/),
	);
});

test('a page that is not there is a page with a way back; programs and the public entrance are answered plainly', async () => {
	const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
	for (const path of ['/no-such-page', '/switcher/deep', '/no-such-file.js']) {
		const page = await server.ask('GET', path, { headers: browser });
		assert.equal([page.status, page.headers.get('content-type')], [404, 'text/html; charset=utf-8'], path);
		const text = await page.text();
		assert.match(text, /Page not found.*<a href="\/">/s, path);
		assert.not.match(text, /no-such|deep/, 'nothing of the request is repeated');
	}
	const json = async (path: string, headers: Record<string, string>, method = 'GET') => {
		const answer = await server.ask(method, path, { headers });
		assert.is(answer.status, 404, path);
		assert.match(answer.headers.get('content-type')!, /json/, path);
	};
	await json('/api/no-such-thing', browser);
	await json('/no-such-page', { accept: '*/*' });
	await json('/no/such/page', browser, 'POST');
	server.settings.patch({ access: { publicUrl: 'https://studio.example.org', trustedProxies: ['127.0.0.1'] } });
	const outside = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'studio.example.org' };
	await json('/no-such-page', { ...browser, ...outside });
	server.settings.patch({ access: { publicUrl: null, trustedProxies: null } });
});

test('over HTTPS the cookie is Secure, and the events socket works', async () => {
	const body = JSON.stringify({ token: server.tokens.operator });
	const headers = { 'content-type': 'application/json', origin: server.httpsUrl };
	const login = await secure(`${server.httpsUrl}/api/session`, { method: 'POST', headers, body });
	const cookie = login.headers['set-cookie']![0]!;
	assert.match(cookie, /; HttpOnly; SameSite=Strict; Secure$/);
	const socket = new WebSocket(`${server.httpsUrl.replace('http', 'ws')}/api/events`, {
		ca: server.certificate.authority.certPem,
		headers: { cookie: cookie.split(';')[0]!, origin: server.httpsUrl },
	});
	const message = await new Promise<string>((resolve, reject) => {
		socket.on('message', (data) => resolve(String(data)));
		socket.on('error', reject);
	});
	assert.match(message, /^\{"type":"snapshot"/);
	socket.terminate();
});

test('plain HTTP from the network leads to HTTPS, but for the certificate of the authority', async () => {
	const address = networkAddress();
	if (!address) return;
	const { port } = new URL(server.httpUrl);
	const https = new URL(server.httpsUrl).port;
	const plain = (path: string, init: RequestInit = {}) =>
		fetch(`http://${address}:${port}${path}`, { redirect: 'manual', ...init });
	for (const init of [{}, { method: 'POST', body: 'v=0' }]) {
		const response = await plain('/whip/guest-ada?x=1', init);
		assert.is(response.status, 307);
		assert.is(response.headers.get('location'), `https://${address}:${https}/whip/guest-ada?x=1`);
	}
	const authority = await plain('/ca.pem');
	assert.equal([authority.status, authority.headers.get('content-type')], [200, 'application/x-x509-ca-cert']);
	assert.is(await authority.text(), server.certificate.authority.certPem);
	assert.is((await secure(`https://${address}:${https}/api/health`)).status, 200);

	const socket = new WebSocket(`ws://${address}:${port}/api/events`, {
		headers: { authorization: `Bearer ${server.tokens.operator}` },
	});
	const status = await new Promise((resolve) => {
		socket.on('error', () => undefined);
		socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
	});
	assert.is(status, 307);
});

test('a taken port is named with its option, and nothing is left listening', async () => {
	const blocker: Server = createServer();
	await new Promise<void>((resolve) => blocker.listen(0, resolve));
	const taken = (blocker.address() as AddressInfo).port;
	const { store, settings, showLog, certificates, panelDir } = server;
	for (const [option, ports] of [
		['http', { http: taken, https: 0 }],
		['https', { http: 0, https: taken }],
	] as const) {
		const api = createApi({
			// Of its own: parts of the state have one owner.
			show: new ShowStub(settings),
			store,
			settings,
			showLog,
			certificates,
			panelDir,
			log: (await import('../../service/util/log.js')).createLog('silent'),
		});
		try {
			await api.listen(ports);
			assert.unreachable('it listened on a taken port');
		} catch (error) {
			assert.ok(error instanceof StudioError, String(error));
			assert.is(error.code, 'conflict');
			assert.is(error.message, `port ${taken} is taken by another program; choose another with --${option}`);
		}
		await api.close();
	}
	blocker.close();
});

test('a client that sends its headers or its TLS handshake drop by drop is cut off, others are served meanwhile', async () => {
	const handshake = connect(Number(new URL(server.httpsUrl).port), '127.0.0.1');
	handshake.on('error', () => undefined);
	// A record of 16 kB that begins a ClientHello (RFC 8446 §5.1).
	handshake.write(Buffer.from('1603014000010000ff', 'hex'));
	const drops = setInterval(() => handshake.write(Buffer.of(0)), 500);
	const ended = new Promise<void>((resolve) => {
		handshake.on('close', () => {
			clearInterval(drops);
			resolve();
		});
	});
	const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1');
	socket.on('error', () => undefined);
	socket.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\n');
	const closed = new Promise<string>((resolve) => {
		let text = '';
		socket.on('data', (data) => {
			text += String(data);
		});
		socket.on('close', () => resolve(text));
	});
	assert.is((await server.ask('GET', '/api/health')).status, 200);
	// headersTimeout is 10 s, looked at every 5 s.
	assert.match(await closed, /^HTTP\/1.1 408 /);
	socket.destroy();
	await within(ended, patienceMs, 'the end of the handshake');
});

test('no secret is in the log', () => {
	const text = server.lines.join('');
	for (const token of Object.values(server.tokens)) assert.not.ok(text.includes(token));
});

test.run();
