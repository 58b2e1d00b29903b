import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { EventMessage } from '../../service/contract/events.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer();
});
test.after.each(() => server.stop());

const deadlineMs = 5000;

/** A client that hands out its messages one by one, each within a deadline. */
class Client {
	#messages: EventMessage[] = [];
	#wake: (() => void) | null = null;

	constructor(readonly socket: WebSocket) {
		socket.on('message', (data) => {
			this.#messages.push(JSON.parse(String(data)) as EventMessage);
			this.#wake?.();
		});
		socket.on('error', () => undefined);
	}

	async next<T extends EventMessage['type']>(type: T): Promise<Extract<EventMessage, { type: T }>> {
		const until = performance.now() + deadlineMs;
		for (;;) {
			const index = this.#messages.findIndex((message) => message.type === type);
			if (index >= 0) return this.#messages.splice(0, index + 1).at(-1) as Extract<EventMessage, { type: T }>;
			const left = until - performance.now();
			assert.ok(left > 0, `no ${type} within ${deadlineMs} ms`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.#wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}

	send(message: unknown): void {
		this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
	}
}

function open(
	headers: Record<string, string> = { authorization: `Bearer ${server.tokens.operator}` },
	path = '/api/events',
): WebSocket {
	return new WebSocket(server.httpUrl.replace('http', 'ws') + path, { headers });
}

/** Status of a refused upgrade. */
function refusal(socket: WebSocket): Promise<number> {
	return new Promise((resolve, reject) => {
		socket.on('error', () => undefined);
		socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
		socket.on('open', () => reject(new Error('the socket opened')));
	});
}

test('a snapshot comes first, then every change with the next number', async () => {
	const client = new Client(open());
	const { state } = await client.next('snapshot');
	assert.is(state.sources.hdmi1!.label, 'Camera 1');
	server.show.state.sources.patch('hdmi1', { label: 'Left' });
	server.show.state.patchBuses({ program: 'two' });
	const delta = await client.next('delta');
	assert.is(delta.seq, state.seq + 1);
	assert.equal(delta.changes, [
		['sources.hdmi1.label', 'Left'],
		['buses.program', 'two'],
	]);
	server.show.state.scenes.remove('two');
	assert.equal(await client.next('delta'), { type: 'delta', seq: state.seq + 2, changes: [['scenes.two', null]] });
});

test('a client that comes later starts with what is, and gets each later change once', async () => {
	const first = new Client(open());
	const before = await first.next('snapshot');
	server.show.state.sources.patch('hdmi1', { label: 'Right' });
	await first.next('delta');
	const second = new Client(open());
	const { state } = await second.next('snapshot');
	assert.equal([state.seq, state.sources.hdmi1!.label], [before.state.seq + 1, 'Right']);
	server.show.state.sources.patch('hdmi1', { label: 'Left' });
	for (const client of [first, second]) assert.is((await client.next('delta')).seq, state.seq + 1);
});

test('the socket needs an operator: by token, or by cookie from a page of the studio', async () => {
	assert.is(await refusal(open({})), 401);
	assert.is(await refusal(open({ authorization: 'Bearer wrong' })), 401);
	assert.is(await refusal(open({ authorization: `Bearer ${server.tokens.viewer}` })), 403);
	assert.is(await refusal(open({ authorization: `Bearer ${server.tokens.operator}` }, '/api/other')), 404);
	const login = await server.ask('POST', '/api/session', { json: { token: server.tokens.operator } });
	const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
	assert.is(await refusal(open({ cookie })), 403);
	assert.is(await refusal(open({ cookie, origin: 'https://evil.example' })), 403);
	const client = new Client(open({ cookie, origin: server.httpUrl }));
	assert.is((await client.next('snapshot')).type, 'snapshot');
});

test('levels and statistics come to those who ask, and only then', async () => {
	// The Ready page listens too, all the time.
	const { levelListeners, statsListeners } = server.show;
	const others = [levelListeners.size, statsListeners.size];
	const client = new Client(open());
	await client.next('snapshot');
	assert.is(levelListeners.size, others[0]);
	client.send({ type: 'subscribe', topics: ['levels', 'stats'] });
	client.send({ type: 'ping' });
	await client.next('pong');
	for (const listener of server.show.levelListeners) listener({ hdmi1: [-12, -14] });
	assert.equal(await client.next('levels'), { type: 'levels', levels: { hdmi1: [-12, -14] } });
	const hosts = server.show.figures.current;
	for (const listener of server.show.statsListeners) listener(hosts);
	assert.equal(await client.next('stats'), { type: 'stats', hosts });
	client.send({ type: 'subscribe', topics: [] });
	client.send({ type: 'ping' });
	await client.next('pong');
	assert.equal([levelListeners.size, statsListeners.size], others);
});

test('malformed messages are answered, then the socket is closed; large ones close it at once', async () => {
	const client = new Client(open());
	await client.next('snapshot');
	const closed = once(client.socket, 'close');
	client.send('{');
	assert.is((await client.next('error')).code, 'bad-json');
	client.send({ type: 'subscribe', topics: ['everything'] });
	const error = await client.next('error');
	assert.is(error.code, 'invalid');
	assert.match(error.message, /^topics\.0: /);
	for (let i = 0; i < 3; i += 1) client.send({ type: 'dance' });
	assert.is((await closed)[0], 1008);

	const large = new Client(open());
	await large.next('snapshot');
	const cut = once(large.socket, 'close');
	large.send('x'.repeat(5000));
	assert.is((await cut)[0], 1009);
});

for (const [what, say] of [
	['messages', (socket: WebSocket) => socket.send('{"type":"ping"}')],
	['ping frames', (socket: WebSocket) => socket.ping()],
	['pong frames', (socket: WebSocket) => socket.pong()],
] as const) {
	test(`a client that floods the socket with ${what} is told so and ended, and hardly any of it is handled`, async () => {
		const client = new Client(open());
		await client.next('snapshot');
		let answers = 0;
		client.socket.on('message', () => (answers += 1));
		client.socket.on('pong', () => (answers += 1));
		const closed = once(client.socket, 'close');
		const before = performance.now();
		for (let i = 0; i < 2000; i += 1) say(client.socket);
		const [code, reason] = await closed;
		assert.equal([code, String(reason)], [1008, 'too many messages']);
		const allowed = 60 + (20 * (performance.now() - before)) / 1000 + 1;
		assert.ok(answers <= allowed, `${answers} answers`);
		const metrics = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
		assert.match(metrics, /^r58_sockets_talkative 1$/m);
	});
}

test('what pages say while people work the panel stays under the limit', async () => {
	const client = new Client(open());
	await client.next('snapshot');
	for (let i = 0; i < 40; i += 1) client.send({ type: 'ping' });
	for (let i = 0; i < 40; i += 1) await client.next('pong');
	assert.is(client.socket.readyState, WebSocket.OPEN);
});

test('a client that does not read misses deltas and gets a new snapshot when it has caught up', async () => {
	const client = new Client(open());
	const { state } = await client.next('snapshot');
	const raw = (client.socket as unknown as { _socket: Socket })._socket;
	raw.pause();
	// Far more than the kernel buffers on both sides and the allowed backlog hold.
	let sent = 0;
	for (let i = 0; i < 40; i += 1) {
		server.show.state.sources.patch('hdmi1', { lastError: String(i).repeat(512 * 1024) });
		server.show.state.snapshot();
		sent += 1;
		await new Promise(setImmediate);
	}
	server.show.state.sources.patch('hdmi1', { lastError: 'small again' });
	server.show.state.snapshot();
	raw.resume();
	const fresh = await client.next('snapshot');
	assert.is(fresh.state.sources.hdmi1!.lastError, 'small again');
	assert.is(fresh.state.seq, state.seq + sent + 1);
	server.show.state.sources.patch('hdmi1', { lastError: null });
	assert.is((await client.next('delta')).seq, fresh.state.seq + 1);
	const metrics = await (await server.ask('GET', '/metrics', { token: server.tokens.operator })).text();
	assert.ok(Number(/r58_events_dropped (\d+)/.exec(metrics)![1]) > 0);
});

test('the server stops in bounded time with a client that does not answer', async () => {
	const client = new Client(open());
	await client.next('snapshot');
	(client.socket as unknown as { _socket: Socket })._socket.pause();
	const started = performance.now();
	await server.api.close();
	assert.ok(performance.now() - started < deadlineMs);
	client.socket.terminate();
});

test('a client whose token ends is told and closed', async () => {
	const { token, id } = server.store.tokens.create({ label: 'Short', role: 'operator' });
	const client = new Client(open({ authorization: `Bearer ${token}` }));
	await client.next('snapshot');
	server.store.tokens.remove(id);
	// Looked at every 10 s.
	assert.is((await once(client.socket, 'close'))[0], 1008);
});

test('garbage in place of a WebSocket is refused and harms nobody', async () => {
	const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1');
	socket.on('error', () => undefined);
	socket.write(
		`GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${server.tokens.operator}\r\n\r\n`,
	);
	const [answer] = (await once(socket, 'data')) as [Buffer];
	assert.match(String(answer), /^HTTP\/1.1 400 /);
	const plain = await server.ask('GET', '/api/events', { token: server.tokens.operator });
	assert.is(plain.status, 400);
});

test.run();
