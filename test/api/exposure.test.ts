import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import WebSocket from 'ws';
import { bearerProtocol, guestProtocol } from '../../service/contract/guestProtocol.js';
import type { GuestInvite } from '../../service/contract/guests.js';
import { plainText } from '../../service/contract/humanText.js';
import { plantCanaries, refuteCanaries } from '../tools/canaries.js';
import { fuzzHttp, fuzzSockets } from '../tools/fuzz/rawFuzz.js';
import { type CallerName, callers, exceptions, may, neededRole, socketTable } from '../tools/roleTable.js';
import { type Answer, type CallOptions, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

/** What the real service shows to whom, and that nothing that is sent to it brings it down. */
/** Of the running service, by path and small method. */
type Documented = Record<string, Record<string, { 'x-role': string; requestBody?: object }>>;
const test = suite<{
	service: TestService;
	guest: GuestInvite;
	tokens: Record<CallerName, string | null>;
	documented: Documented;
}>('exposure');
const fuzzMs = process.env.R58_LONG ? 20 * 60_000 : 60_000;

/** As patient as a busy machine needs; what is asserted is what is answered. */
function ask<T = unknown>(
	service: TestService,
	method: string,
	path: string,
	body?: unknown,
	options: CallOptions = {},
): Promise<Answer<T>> {
	return service.api<T>(method, path, body, options);
}

/** Tells on a signal whether anything has got into the prototype of all objects. */
const looksAtPrototypes = "process.on('SIGUSR2', () => console.error(JSON.stringify({ polluted: ({}).polluted ?? null })));";

test.before(async (context) => {
	// Viewers' processes have nothing to do here.
	const service = await TestService.start({
		canvas: '320x180p15',
		args: ['--no-viewers', '--log', 'debug'],
		env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(looksAtPrototypes)}` },
	});
	const onAir = async () => (await ask(service, 'GET', '/api/health')).status === 200;
	await until(onAir, { what: 'the program to be on air', everyMs: 200 });
	const invite = (name: string) => ask<GuestInvite>(service, 'POST', '/api/guests', { name }).then(({ body }) => body);
	const token = async (body: object) =>
		(await ask<{ token: string }>(service, 'POST', '/api/tokens', { label: 'table', ...body }, { token: technician })).body.token;
	const technician = service.ready.technicianToken;
	const [guest, other] = [await invite('Ada'), await invite('Bob')];
	context.service = service;
	context.documented = (await ask<{ paths: Documented }>(service, 'GET', '/api/openapi.json')).body.paths;
	context.guest = guest;
	context.tokens = {
		none: null,
		viewer: await token({ role: 'viewer' }),
		guest: guest.token,
		'other guest': other.token,
		operator: service.ready.operatorToken,
		technician,
		'read-only': await token({ role: 'operator', readOnly: true }),
	};
});
test.after(({ service }) => service.stop());

/** What each documented route says of its role. */
const declaredIn = (documented: Documented): Record<string, string> =>
	Object.fromEntries(
		Object.entries(documented).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, { 'x-role': role }]) => [
				`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
				role,
			]),
		),
	);

test('every documented route of the running service is for operators, or for whom the list of exceptions says', ({
	documented,
}) => {
	const declared = Object.entries(declaredIn(documented));
	assert.ok(declared.length > 80);
	for (const [key, role] of declared) assert.is(neededRole(key), role, key);
});

/** Where whose it is comes after what it is: well formed, and of no effect. */
const harmless: Record<string, [type: string, body: string]> = {
	'POST /whip/:subject': ['application/sdp', 'v=0\r\n'],
	'POST /api/webrtc/session/:id/offer': ['application/json', '{"type":"offer","sdp":"v=0\\r\\n"}'],
	'POST /api/webrtc/session/:id/answer': ['application/json', '{"type":"answer","sdp":"v=0\\r\\n"}'],
	'POST /api/webrtc/session/:id/candidate': ['application/json', '{"candidate":"","from":"browser"}'],
};

/** With names of what does not exist, but for the guest; a body that none takes, so that who may does nothing either. */
function requestOf(key: string, guest: string): { method: string; path: string; type: string; body: string | undefined } {
	const [method = '', pattern = ''] = key.split(' ');
	const own = /^\/(api\/guests|whip|api\/webrtc\/session)\//.test(pattern) && key !== 'DELETE /api/guests/:id';
	const path = pattern
		.replace(/:(id|subject)\b/, own ? guest : 'x')
		.replace(':side', 'browser')
		.replace(/:\w+/g, 'x');
	const [type, body] = harmless[key] ?? ['text/x-nothing', '?'];
	return { method, path, type, body: ['GET', 'OPTIONS'].includes(method) ? undefined : body };
}

/** Whether it would be done by just asking, because it takes neither a name nor a body: a restart, a reset. */
function isDone(key: string, documented: Documented): boolean {
	const [method = '', path = ''] = key.split(' ');
	const route = documented[path]?.[method.toLowerCase()];
	return method !== 'GET' && !path.includes(':') && route !== undefined && route.requestBody === undefined;
}

for (const caller of callers) {
	test(`every route asked by ${caller}`, async ({ service, guest, tokens, documented }) => {
		const wrong: string[] = [];
		// Those of the panel are in no document.
		for (const key of new Set([...Object.keys(declaredIn(documented)), ...Object.keys(exceptions)])) {
			const allowed = may(caller, key, neededRole(key));
			if (allowed && isDone(key, documented)) continue;
			const { method, path, type, body } = requestOf(key, guest.id);
			const { status } = await ask(service, method, path, body, {
				token: tokens[caller],
				headers: { 'content-type': type },
			});
			const refused = caller === 'none' ? 401 : 403;
			if (allowed ? [401, 403, 405].includes(status) || status >= 500 : status !== refused)
				wrong.push(`${key}: ${status}, ${allowed ? 'may' : `is to be refused with ${refused}`}`);
		}
		assert.equal(wrong, []);
	});
}

/** The status of a refused handshake, or what the socket says within the time. */
function hear(service: TestService, path: string, topic: string | undefined, token: string | null): Promise<number | 'heard'> {
	return new Promise((resolve, reject) => {
		const protocols = path.endsWith('/api/events') ? [] : [guestProtocol, ...(token ? [`${bearerProtocol}${token}`] : [])];
		const headers = token && protocols.length === 0 ? { authorization: `Bearer ${token}` } : {};
		const socket = new WebSocket(`${service.http.replace('http', 'ws')}${path}`, protocols, { headers });
		const timer = setTimeout(() => {
			socket.terminate();
			reject(new Error(`nothing was heard on ${path} ${topic ?? ''}`));
		}, 30_000);
		const done = (result: number | 'heard') => {
			clearTimeout(timer);
			socket.terminate();
			resolve(result);
		};
		socket.on('unexpected-response', (_, response) => done(response.statusCode!));
		socket.on('error', () => undefined);
		socket.on('open', () => topic && socket.send(JSON.stringify({ type: 'subscribe', topics: [topic] })));
		socket.on('message', (data) => {
			if (topic === undefined || (JSON.parse(String(data)) as { type: string }).type === topic) done('heard');
		});
	});
}

test('every WebSocket and topic, by role', async ({ service, guest, tokens }) => {
	for (const [key, allowed] of Object.entries(socketTable)) {
		const [pattern = '', topic] = key.split(' ');
		for (const caller of callers) {
			const heard = await hear(service, pattern.replace(':id', guest.id), topic, tokens[caller]);
			assert.is(heard, allowed.includes(caller) ? 'heard' : caller === 'none' ? 401 : 403, `${key} as ${caller}`);
		}
	}
	for (const path of ['/', '/api/state', '/api/events/', '/api/guests/x/../events', '/api/streamers/program/peer'])
		assert.is(await hear(service, path, undefined, tokens.technician), 404, path);
});

const hostile = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	"Robert'); DROP TABLE users;--",
	'../../../etc/passwd',
	'%2e%2e%2f%00',
	'$(reboot) `reboot` ; reboot | reboot',
	'{{7*7}} #{7*7} <%= 7*7 %>',
	'\u202egnp.exe',
	'👩‍👩‍👧‍👦🏳️‍🌈',
	'Z̸̡̺̎a̵̛̲l̷̬̈g̸̗̈o̴̤͠',
	'مرحبا שלום नमस्ते',
	'a ! fakesink videotestsrc',
	'constructor',
	'__proto__',
];

test('hostile names come back as they are seen, or are refused; nothing becomes of them', async ({ service, tokens }) => {
	for (const name of hostile) {
		const made = await ask<GuestInvite>(service, 'POST', '/api/guests', { name });
		assert.is(made.status, 201, name);
		const { body } = await ask<{ name: string }>(service, 'GET', `/api/guests/${made.body.id}`);
		assert.is(body.name, plainText(name).trim());
		assert.is((await ask(service, 'DELETE', `/api/guests/${made.body.id}`)).status, 204);
		for (const path of [`/api/scenes/${encodeURIComponent(name)}`, `/api/guests/${encodeURIComponent(name)}`]) {
			const { status } = await ask(service, 'GET', path);
			assert.is(status, 404, path);
		}
		const user = await ask(
			service,
			'POST',
			'/api/users',
			{ name, role: 'viewer', password: 'long enough' },
			{ token: tokens.technician },
		);
		assert.ok([201, 400].includes(user.status), `${user.status} ${name}`);
	}
	const refused = ['', ' ', 'x'.repeat(10_000)];
	for (const name of refused) assert.is((await ask(service, 'POST', '/api/guests', { name })).status, 400);
	service.kill('SIGUSR2');
	const told = await until(() => service.logs.find((line) => typeof line === 'object' && 'polluted' in line), {
		what: 'the service to look at its own prototypes',
	});
	assert.equal(told, { polluted: null });
});

test('hostile bodies, sizes and encodings are refused in words', async ({ service }) => {
	const json = 'application/json';
	const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000);
	const bytes = (...values: number[]) => Uint8Array.from(values);
	const cases: [what: string, body: string | Uint8Array, headers: Record<string, string>, status: number][] = [
		['not UTF-8', bytes(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), {}, 400],
		['UTF-16', Buffer.from('\ufeff{"name":"x"}', 'utf16le'), {}, 400],
		['overlong UTF-8', bytes(0x22, 0xc0, 0xaf, 0x22), {}, 400],
		['half a character', '{"name":"\\ud800"}', {}, 400],
		['deep lists', deep('[', ']'), {}, 400],
		['deep objects', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`, {}, 400],
		['65 kB', `{"name":"${'x'.repeat(66_000)}"}`, {}, 413],
		['40 MB', 'x'.repeat(40_000_000), {}, 413],
		['gzip', 'x', { 'content-encoding': 'gzip' }, 415],
		['a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
		['another charset', '{"name":"x"}', { 'content-type': `${json}; charset=utf-7` }, 201],
		['a prototype', '{"__proto__":{"polluted":true},"name":"x"}', {}, 400],
		['a number', '1e999', {}, 400],
		['a name that is a number', '{"name":1e999}', {}, 400],
		['a list', '[]', {}, 400],
		['nothing', '', {}, 400],
		['two', '{"name":"x"}{"name":"y"}', {}, 400],
	];
	for (const [what, body, headers, status] of cases) {
		const answer = await ask<{ id?: string }>(service, 'POST', '/api/guests', body, { headers })
			// Who goes on sending what was refused long ago is cut off.
			.catch((error: Error & { cause?: { code?: string } }) => {
				if (body.length < 1_000_000 || !['ECONNRESET', 'EPIPE'].includes(error.cause?.code ?? '')) throw error;
				return { status: 413, body: { id: undefined } };
			});
		assert.is(answer.status, status, what);
		if (answer.body.id) await ask(service, 'DELETE', `/api/guests/${answer.body.id}`);
	}
	assert.is((await ask(service, 'GET', '/api/health')).status, 200);
});

test('what browsers are told to leave alone, everywhere', async ({ service }) => {
	for (const path of ['/', '/switcher', '/api/health', '/api/state', '/nothing/at/all', '/trust', '/whep/program']) {
		const { headers } = await ask(service, 'GET', path);
		assert.match(headers.get('content-security-policy')!, /^default-src 'none'/, path);
		if (path !== '/trust') assert.not.match(headers.get('content-security-policy')!, /unsafe/, path);
		assert.is(headers.get('cross-origin-opener-policy'), 'same-origin', path);
		assert.is(headers.get('cross-origin-resource-policy'), 'same-origin', path);
		assert.match(headers.get('permissions-policy')!, /camera=\(self\), microphone=\(self\), display-capture=\(self\)/, path);
		assert.is(headers.get('x-content-type-options'), 'nosniff', path);
		// Told with the device's own certificate, it would take away the way past the browser's warning.
		assert.is(headers.get('strict-transport-security'), null, path);
	}
});

test('planted secrets are nowhere to be read', async ({ service }) => {
	const canaries = await plantCanaries(service);
	const as = { token: service.ready.technicianToken };
	const paths = [
		'state',
		'health',
		'sources',
		'guests',
		'users',
		'sessions',
		'account/sessions',
		'tokens',
		'audit?limit=500',
		'settings',
	];
	for (const path of [...paths.map((name) => `/api/${name}`), '/api/network', '/api/system', '/api/system/status', '/metrics']) {
		const { status, body } = await ask(service, method, path, undefined, as);
		assert.is(status, 200, path);
		refuteCanaries(typeof body === 'string' ? body : JSON.stringify(body), canaries, path);
	}
	for (const { text } of canaries) {
		const answers = [
			await ask(service, 'POST', '/api/session', { token: `${text}x` }, { token: null }),
			await ask(service, 'GET', '/api/state', undefined, { token: `${text}x` }),
			await ask(service, 'POST', '/api/session', { name: 'Canary keeper', password: `${text}x`, more: 1 }, { token: null }),
			await ask(service, 'PATCH', '/api/settings', { network: { servers: [{ name: 'x', urls: [], secret: text }] } }, as),
		];
		for (const { body } of answers) refuteCanaries(JSON.stringify(body), canaries, 'an error answer');
	}
	// The tests' own start asked for tokens on stdout, which the contract has for the demo.
	refuteCanaries(service.logs.map((line) => JSON.stringify(line)).join('\n'), canaries, 'the log');
	const files = readdirSync(service.dataDir).filter((name) => name.startsWith('studio.db') || name.endsWith('.yaml'));
	for (const name of files) refuteCanaries(readFileSync(join(service.dataDir, name), 'latin1'), canaries, name);
});
const method = 'GET';

test(`fuzzed requests and frames for ${fuzzMs / 1000} s bring nothing down`, async ({ service }) => {
	const hosts = () =>
		service
			.hosts()
			.map(({ role, name, pid }) => `${role} ${name} ${pid}`)
			.sort();
	const before = hosts();
	const rss = async () =>
		(await ask<{ service: { rssBytes: number } }>(service, 'GET', '/api/system/status')).body.service.rssBytes;
	const memory = await rss();
	const token = service.ready.operatorToken;
	const seed = 58_005;
	const http = await fuzzHttp({ url: service.http, secureUrl: service.https, token, seed, durationMs: fuzzMs * 0.6 });
	const sockets = await fuzzSockets({ url: service.http, token, seed, durationMs: fuzzMs * 0.4 });
	assert.equal(http.failures, []);
	assert.ok(http.answers > 100 && sockets.upgraded > 10, JSON.stringify({ http, sockets }));
	assert.ok(http.statuses['400']! > 0 && http.statuses['200']! > 0, JSON.stringify(http.statuses));
	assert.equal(hosts(), before, `the processes are ${JSON.stringify(hosts())}; ${service.tail()}`);
	await until(async () => (await ask(service, 'GET', '/api/health')).status === 200, { what: 'health' });
	assert.equal(
		service.logs.filter((line) => typeof line === 'object' && Number(line.level) >= 50),
		[],
	);
	assert.ok((await rss()) - memory < 150e6, 'the memory of the service');
});

test.run();
