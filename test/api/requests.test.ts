import { request } from 'node:http';
import { connect } from 'node:net';
import * as assert from 'uvu/assert';
import { type ApiServer, type AskOptions, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before(async () => {
	server = await startApiServer();
});
test.after(() => server.stop());

interface ErrorBody {
	error: { code: string; message: string; detail?: unknown };
}

async function refused(method: string, path: string, options: AskOptions = {}): Promise<[number, string, string]> {
	const response = await server.ask(method, path, { token: server.tokens.operator, ...options });
	const { error } = (await response.json()) as ErrorBody;
	return [response.status, error.code, error.message];
}

test('a wrong field is 400 invalid and named with what was expected', async () => {
	const cases: [string, string, unknown, RegExp][] = [
		['PATCH', '/api/sources/hdmi1', { label: 5 }, /^label: expected string/],
		['PATCH', '/api/sources/hdmi1', { crop: { left: 2, top: 0, right: 0, bottom: 0 } }, /^crop\.left: .*<=1/],
		['PATCH', '/api/sources/hdmi1', { delayAuto: 'yes' }, /^delayAuto: /],
		['PATCH', '/api/sources/hdmi1', { lable: 'x' }, /^body: .*"lable"/],
		['PATCH', '/api/audio/hdmi1', { gainDb: 'loud' }, /^gainDb: expected number/],
		['PATCH', '/api/audio/hdmi1', { mode: 'maybe' }, /^mode: .*"afv"/],
		['POST', '/api/take', { kind: 'star' }, /^kind: .*"wipe"/],
		['POST', '/api/take', { durationMs: -1 }, /^durationMs: /],
		['POST', '/api/take', [], /^body: expected object/],
		['POST', '/api/cut', {}, /^scene: expected string/],
		['PUT', '/api/preview', { scene: 'No Such' }, /^scene: must be 1–64 lower-case/],
		['PUT', '/api/scenes/a', { layers: [{ source: null, x: 0, y: 0, w: 0, h: 1 }] }, /^layers\.0\.w: /],
		['PUT', '/api/scenes/a', { id: 'b', layers: [] }, /^id: must be "a"/],
		['PUT', '/api/scenes/Not%20An%20Id', { layers: [] }, /^id: must be 1–64/],
		['POST', '/api/guests', { name: '  ' }, /^name: /],
		['POST', '/api/guests', null, /^body: expected object/],
		['POST', '/api/session', { tokn: 'x' }, /token: .* or .*password: /],
	];
	for (const [method, path, json, message] of cases) {
		const [status, code, text] = await refused(method, path, { json });
		assert.equal([status, code], [400, 'invalid'], `${method} ${path} ${text}`);
		assert.match(text, message);
	}
});

test('malformed JSON, other types and other encodings are told apart', async () => {
	const type = (value: string) => ({ 'content-type': value });
	assert.equal((await refused('POST', '/api/cut', { body: '{"scene":', headers: type('application/json') })).slice(0, 2), [
		400,
		'bad-json',
	]);
	assert.equal((await refused('POST', '/api/cut', { body: 'scene=one', headers: type('text/plain') })).slice(0, 2), [
		415,
		'unsupported-media-type',
	]);
	const latin = { body: new Uint8Array([0x22, 0xe9, 0x22]), headers: type('application/json') };
	assert.equal((await refused('POST', '/api/cut', latin)).slice(0, 2), [400, 'bad-json']);
	const zipped = { body: '{}', headers: { ...type('application/json'), 'content-encoding': 'gzip' } };
	assert.equal((await refused('POST', '/api/cut', zipped)).slice(0, 2), [415, 'unsupported-media-type']);
	const charset = await server.ask('POST', '/api/cut', {
		token: server.tokens.operator,
		body: '{"scene":"one"}',
		headers: type('Application/JSON; charset=utf-8'),
	});
	assert.is(charset.status, 200);
});

test('a body of 10 MB is 413, with a length or without', async () => {
	const body = new Uint8Array(10 * 1024 * 1024).fill(0x20);
	for (const [path, type] of [
		['/api/cut', 'application/json'],
		['/whep/program', 'application/sdp'],
	] as const) {
		const response = await server.ask('POST', path, { token: server.tokens.operator, body, headers: { 'content-type': type } });
		assert.is(response.status, 413);
		assert.match(await response.text(), /"too-large"/);
	}
	const chunks = new ReadableStream({
		start(controller) {
			for (let i = 0; i < 10; i += 1) controller.enqueue(body.subarray(0, 1024 * 1024));
			controller.close();
		},
	});
	const headers = { 'content-type': 'application/json', authorization: `Bearer ${server.tokens.operator}` };
	const streamed = await fetch(`${server.httpUrl}/api/cut`, {
		method: 'POST',
		headers,
		body: chunks,
		duplex: 'half',
	} as RequestInit);
	assert.is(streamed.status, 413);
	assert.is(((await streamed.json()) as ErrorBody).error.code, 'too-large');
});

test('an endless body is answered before it ends', async () => {
	const { port } = new URL(server.httpUrl);
	const socket = connect(Number(port), '127.0.0.1');
	const answer = await new Promise<string>((resolve, reject) => {
		socket.on('error', reject);
		socket.once('data', (data) => resolve(String(data)));
		socket.write('POST /api/cut HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
		socket.write(`Authorization: Bearer ${server.tokens.operator}\r\nContent-Length: 99999999999\r\n\r\n{`);
	});
	assert.match(answer, /^HTTP\/1.1 413 /);
	socket.destroy();
});

test('what is not there is 404, also by names of JavaScript; a wrong method is 405', async () => {
	const paths = [
		'/api/nothing',
		'/api/sources/none',
		'/api/sources/constructor',
		'/api/scenes/UPPER',
		'/api/guests/..%2f..',
		'/nothing',
	];
	for (const path of paths) assert.equal((await refused('GET', path)).slice(0, 2), [404, 'not-found'], path);
	assert.equal((await refused('POST', '/api/cut', { json: { scene: 'constructor' } })).slice(0, 2), [400, 'invalid']);
	assert.equal((await refused('GET', '/api/%E0%A4%A')).slice(0, 1), [404]);
	const response = await server.ask('DELETE', '/api/state', { token: server.tokens.operator });
	assert.is(response.status, 405);
	assert.match(response.headers.get('allow')!, /GET/);
	assert.is(((await response.json()) as ErrorBody).error.code, 'method-not-allowed');
});

test('what the show throws unexpectedly leaks nothing, and is in the log with the number of the request', async () => {
	const patch = server.show.sources.patch;
	server.show.sources.patch = () => Promise.reject(new Error('secret detail'));
	const response = await server.ask('PATCH', '/api/sources/hdmi1', { token: server.tokens.operator, json: {} });
	server.show.sources.patch = patch;
	const text = await response.text();
	assert.is(response.status, 500);
	assert.not.match(text, /secret detail|at .*\.js/);
	const id = response.headers.get('x-request-id')!;
	assert.match(text, id);
	assert.ok(server.lines.some((line) => line.includes(id) && line.includes('secret detail')));
});

test('requests change the show and answer with what it became', async () => {
	const { operator: token } = server.tokens;
	const answer = async (method: string, path: string, json: unknown) => (await server.ask(method, path, { token, json })).json();
	assert.is(((await answer('PATCH', '/api/sources/hdmi1', { label: 'Left' })) as { label: string }).label, 'Left');
	assert.is(((await answer('PATCH', '/api/audio/master', { gainDb: -6 })) as { gainDb: number }).gainDb, -6);
	// Read by other routes: what was named changed, and nothing beside it.
	const before = server.show.state.current;
	await answer('PATCH', '/api/sources/hdmi1', { delayMs: 80 });
	await answer('PATCH', '/api/audio/master', { mute: true });
	const read = async (path: string) => (await server.ask('GET', path, { token })).json() as Promise<object>;
	assert.equal(await read('/api/sources/hdmi1'), { ...before.sources.hdmi1, delayMs: 80 });
	const { audio, sources } = (await read('/api/state')) as typeof before;
	assert.equal(audio, { ...before.audio, master: { ...before.audio.master, mute: true } });
	assert.equal(sources.hdmi2, before.sources.hdmi2);
	assert.equal(await answer('PUT', '/api/preview', { scene: 'two' }), {
		preview: 'two',
		program: server.show.state.current.buses.program,
		transition: null,
		frame: 42,
		ptsNs: '1400000000',
	});
	assert.is(((await answer('PUT', '/api/scenes/new', { layers: [] })) as { id: string }).id, 'new');
	assert.is((await server.ask('DELETE', '/api/scenes/new', { token })).status, 204);
	const { program, preview } = server.show.state.current.buses;
	const asked: object[] = [];
	const { take } = server.show.scenes;
	server.show.scenes.take = (...args: object[]) => {
		asked.push(args[0]!);
		return take();
	};
	try {
		assert.is((await server.ask('POST', '/api/take', { token })).status, 200);
		await answer('POST', '/api/take', { kind: 'mix', durationMs: 1200 });
		await answer('POST', '/api/take', { kind: 'wipe' });
	} finally {
		server.show.scenes.take = take;
	}
	assert.equal(
		asked.map(({ kind, durationMs }: { kind?: string; durationMs?: number }) => [kind, durationMs]),
		[
			['cut', 500],
			['mix', 1200],
			['wipe', 500],
		],
	);
	const { buses } = (await read('/api/state')) as typeof before;
	assert.equal([buses.program, buses.preview], [preview, program], 'three takes have swapped the buses');
});

test('health tells the public only whether', async () => {
	const health = async (token?: string) => {
		const response = await server.ask('GET', '/api/health', { token });
		return [response.status, await response.json()];
	};
	assert.equal(await health(), [200, { status: 'ok' }]);
	const fault = {
		code: 'lost',
		subject: 'hdmi1',
		message: 'no signal',
		since: '2026-01-01T00:00:00Z',
		count: 1,
		params: null,
		remedy: null,
	};
	server.show.faultList = [fault];
	assert.equal(await health(), [200, { status: 'degraded' }]);
	assert.equal(await health(server.tokens.viewer), [200, { status: 'degraded', faults: [fault] }]);
	server.show.air = false;
	assert.equal(await health(), [503, { status: 'down' }]);
	server.show.air = true;
	server.show.faultList = [];
});

test('the OpenAPI document has every documented route with its role', async () => {
	const response = await server.ask('GET', '/api/openapi.json', { token: server.tokens.viewer });
	const { openapi, paths } = (await response.json()) as {
		openapi: string;
		paths: Record<string, Record<string, { 'x-role': string }>>;
	};
	assert.is(openapi, '3.1.0');
	for (const { method, path, role, undocumented } of server.api.routes) {
		if (undocumented) continue;
		assert.is(paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.['x-role'], role, `${method} ${path}`);
	}
	const body = JSON.stringify(paths['/api/take']!.post);
	assert.match(body, /"durationMs"/);
	assert.match(body, /"wipe"/);
});

test('metrics hold the counters of the hosts', async () => {
	const response = await server.ask('GET', '/metrics', { token: server.tokens.operator });
	const text = await response.text();
	assert.match(response.headers.get('content-type')!, /^text\/plain/);
	assert.match(text, 'r58_host_late_frames{role="mixer",name="program",element="mixer"} 3');
	assert.match(text, 'r58_host_restarts{role="mixer",name="program"} 2');
	assert.match(text, 'r58_host_ready{role="mixer",name="program"} 1');
	assert.match(text, 'r58_host_slots_video_last_pts_ns{role="mixer",name="program",element="mixer",index="4"} 5000');
	assert.match(text, /r58_event_loop_delay_p99_seconds [\d.e-]+/);
	assert.match(text, /r58_http_requests_total\{method="GET",status="200"\} \d+/);
});

test('a Host longer than any name is refused, before a guest or a link is made of it', async () => {
	const { port } = new URL(server.httpUrl);
	const post = (host: string) =>
		new Promise<[number, string]>((resolve, reject) => {
			const headers = { host, authorization: `Bearer ${server.tokens.operator}`, 'content-type': 'application/json' };
			const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/guests', headers }, (response) => {
				let text = '';
				response.on('data', (data) => {
					text += data;
				});
				response.on('end', () => resolve([response.statusCode!, text]));
			});
			outgoing.on('error', reject);
			outgoing.end(JSON.stringify({ name: 'Ada' }));
		});
	const before = Object.keys(server.show.state.current.guests).length;
	const [status, text] = await post(`${'a'.repeat(4000)}.example.org`);
	assert.is(status, 421);
	assert.match(text, /"code":"misdirected"/);
	assert.is(Object.keys(server.show.state.current.guests).length, before);
	const longest = Array.from({ length: 4 }, () => 'a'.repeat(62)).join('.');
	server.settings.patch({ access: { names: [longest] } });
	const [made, invite] = await post(`${longest}:65535`);
	assert.is(made, 201);
	assert.match(invite, /<svg /);
});

test.run();
