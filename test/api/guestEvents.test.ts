import { once } from 'node:events';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { GuestEvent, GuestStatus } from '../../service/contract/guestChannel.js';
import { guestProtocol, messagesKept } from '../../service/contract/guestProtocol.js';
import { layerSchema } from '../../service/contract/scenes.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer();
});
test.after.each(() => server.stop());

/** A guest's page without a page: what came, oldest first. */
class Channel {
	readonly events: GuestEvent[] = [];

	constructor(readonly socket: WebSocket) {
		socket.on('message', (data) => this.events.push(JSON.parse(String(data)) as GuestEvent));
		socket.on('error', () => undefined);
	}

	get status(): GuestStatus | undefined {
		return this.#all('status').at(-1)?.status;
	}

	get texts(): string[] {
		const first = this.#all('messages').flatMap(({ messages }) => messages);
		return [...first, ...this.#all('message').map(({ message }) => message)].map(({ from, text }) => `${from}: ${text}`);
	}

	untilStatus(fits: (status: GuestStatus) => boolean, what: string): Promise<true> {
		return until(() => this.status !== undefined && fits(this.status), { what });
	}

	error(code: string): Promise<GuestEvent> {
		return until(() => this.#all('error').find((error) => error.code === code), { what: `the error ${code}` });
	}

	send(request: unknown): void {
		this.socket.send(typeof request === 'string' ? request : JSON.stringify(request));
	}

	#all<T extends GuestEvent['type']>(type: T): Extract<GuestEvent, { type: T }>[] {
		return this.events.filter((event): event is Extract<GuestEvent, { type: T }> => event.type === type);
	}
}

/** As a browser opens it: the token among the subprotocols. */
function open(guest = 'guest-ada', token: string | null = server.tokens.guest): WebSocket {
	const protocols = token === null ? [guestProtocol] : [guestProtocol, `bearer.${token}`];
	return new WebSocket(`${server.httpUrl.replace('http', 'ws')}/api/guests/${guest}/events`, protocols);
}

function refusal(socket: WebSocket): Promise<number> {
	return new Promise((resolve, reject) => {
		socket.on('error', () => undefined);
		socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
		socket.on('open', () => reject(new Error('the socket opened')));
	});
}

const operator = (method: string, path: string, json?: unknown) =>
	server.ask(method, path, { token: server.tokens.operator, json });

test('only the guest itself opens its channel, and its token is not sent back', async () => {
	assert.is(await refusal(open('guest-ada', null)), 401);
	assert.is(await refusal(open('guest-ada', 'wrong')), 401);
	assert.is(await refusal(open('guest-bob')), 403);
	assert.is(await refusal(open('guest-none')), 403);
	for (const role of ['viewer', 'operator', 'technician'] as const)
		assert.is(await refusal(open('guest-ada', server.tokens[role])), 403, role);
	const socket = open();
	await once(socket, 'open');
	assert.is(socket.protocol, guestProtocol);
	assert.not.ok(server.lines.join('').includes(server.tokens.guest));
});

test('a token among the subprotocols opens no other request', async () => {
	const headers = { 'sec-websocket-protocol': `${guestProtocol}, bearer.${server.tokens.guest}` };
	assert.is((await server.ask('GET', '/api/guests/guest-ada', { headers })).status, 401);
});

test('the lamp of the guest follows the buses: off, preview, on air', async () => {
	const channel = new Channel(open());
	await channel.untilStatus(({ tally, name }) => tally === 'off' && name === 'Ada', 'the first status');
	const { state } = server.show;
	const layer = layerSchema.parse({ source: 'guest-ada', x: 0, y: 0, w: 1, h: 1 });
	state.scenes.put('two', { id: 'two', label: 'Two', layers: [layer], version: 2 });
	await channel.untilStatus(({ tally }) => tally === 'preview', 'preview');
	await operator('POST', '/api/take', {});
	await channel.untilStatus(({ tally }) => tally === 'program', 'on air');
	await operator('POST', '/api/take', {});
	await channel.untilStatus(({ tally }) => tally === 'preview', 'preview again');
	state.patchBuses({ transition: { kind: 'mix', durationMs: 500, frames: 15, startFrame: 1, endFrame: 16 } });
	await channel.untilStatus(({ tally }) => tally === 'program', 'on air while the mix runs');
});

test('a guest is told of its own mute, cap and connection, and of nobody else’s', async () => {
	const channel = new Channel(open());
	await channel.untilStatus(({ muted, maxKbps }) => !muted && maxKbps === null, 'the first status');
	server.show.state.audio.put('guest-ada', { gainDb: 0, mute: true, pan: 0, mode: 'afv', delayMs: 0 });
	await channel.untilStatus(({ muted }) => muted, 'the mute');
	assert.is((await operator('PATCH', '/api/guests/guest-ada', { maxKbps: 800 })).status, 200);
	await channel.untilStatus(({ maxKbps }) => maxKbps === 800, 'the cap');
	server.show.state.guests.patch('guest-ada', { rttMs: 42 });
	await channel.untilStatus(({ rttMs }) => rttMs === 42, 'the round trip');
	const before = channel.events.length;
	server.show.state.guests.patch('guest-bob', { rttMs: 7 });
	await operator('POST', '/api/guests/guest-bob/messages', { text: 'For Bob' });
	channel.send({ type: 'ping' });
	await until(() => channel.events.at(-1)?.type === 'pong', { what: 'the pong' });
	assert.is(channel.events.length, before + 1);
	assert.not.ok(JSON.stringify(channel.events).includes('bob'));
	for (const maxKbps of [0, 50, 99_999, 'much', 1.5])
		assert.is((await operator('PATCH', '/api/guests/guest-ada', { maxKbps })).status, 400, String(maxKbps));
});

test('a guest that floods its channels is ended, and more sockets bring no more', async () => {
	const before = performance.now();
	let answers = 0;
	for (let socket = 0; socket < 3; socket += 1) {
		const channel = new Channel(open());
		await channel.untilStatus(() => true, 'the first status');
		const closed = once(channel.socket, 'close');
		for (let i = 0; i < 1000; i += 1) channel.send({ type: 'ping' });
		const [code, reason] = await closed;
		assert.equal([code, String(reason)], [1008, 'too many messages']);
		answers += channel.events.filter(({ type }) => type === 'pong').length;
	}
	const allowed = 60 + (20 * (performance.now() - before)) / 1000 + 1;
	assert.ok(answers >= 50 && answers <= allowed, `${answers} answers`);
});

test('messages go both ways, and a page that comes later gets the conversation so far', async () => {
	const first = new Channel(open());
	await first.untilStatus(() => true, 'the first status');
	assert.is((await operator('POST', '/api/guests/guest-ada/messages', { text: '  Thirty seconds  ' })).status, 201);
	first.send({ type: 'message', text: 'Ready' });
	const wanted = ['studio: Thirty seconds', 'guest: Ready'];
	await until(() => first.texts.length === 2, { what: 'both messages' });
	assert.equal(first.texts, wanted);
	const { messages, seenMessage } = server.show.state.current.guests['guest-ada']!;
	assert.equal([messages.map(({ id }) => id), seenMessage], [[1, 2], 0]);
	first.send({ type: 'seen', id: 99 });
	await until(() => server.show.state.current.guests['guest-ada']!.seenMessage === 2, { what: 'the receipt' });
	const second = new Channel(open());
	await until(() => second.texts.length === 2, { what: 'the conversation' });
	assert.equal(second.texts, wanted);
});

test('messages are bounded in length, in pace and in number', async () => {
	const channel = new Channel(open());
	await channel.untilStatus(() => true, 'the first status');
	channel.send({ type: 'message', text: 'x'.repeat(501) });
	await channel.error('invalid');
	for (let i = 0; i < 6; i += 1) channel.send({ type: 'message', text: `${i}` });
	await channel.error('rate-limited');
	assert.is(channel.texts.length, 5);
	for (const text of ['', '   ', 'x'.repeat(501)])
		assert.is((await operator('POST', '/api/guests/guest-ada/messages', { text })).status, 400);
	const statuses: number[] = [];
	for (let i = 0; i < 21; i += 1)
		statuses.push((await operator('POST', '/api/guests/guest-ada/messages', { text: `${i}` })).status);
	assert.equal([statuses.slice(0, 20).every((status) => status === 201), statuses[20]], [true, 429]);
	for (let i = 0; i < messagesKept; i += 1)
		server.show.conversations.add('guest-bob', i % 2 ? 'studio' : 'guest', `${i}`, i * 10_000);
	server.show.conversations.add('guest-bob', 'guest', 'newest', 1e9);
	const { messages } = server.show.state.current.guests['guest-bob']!;
	assert.equal([messages.length, messages[0]!.id, messages.at(-1)!.text], [messagesKept, 2, 'newest']);
});

test('malformed messages are answered, then the channel is closed', async () => {
	const channel = new Channel(open());
	await channel.untilStatus(() => true, 'the first status');
	const closed = once(channel.socket, 'close');
	for (const request of ['{', { type: 'cut', scene: 'one' }, { type: 'seen', id: -1 }, { type: 'ping', more: 1 }, '[]'])
		channel.send(request);
	assert.is((await closed)[0], 1008);
	assert.is(channel.events.filter(({ type }) => type === 'error').length, 5);
});

test('a guest that is removed is told, and does not come back', async () => {
	const channel = new Channel(open());
	await channel.untilStatus(() => true, 'the first status');
	const closed = once(channel.socket, 'close');
	assert.is((await operator('DELETE', '/api/guests/guest-ada')).status, 204);
	assert.is((await closed)[0], 4001);
	assert.is(channel.events.at(-1)?.type, 'removed');
	assert.is(await refusal(open()), 401);
});

test('a fifth page of one guest takes the place of the first', async () => {
	const channels = Array.from({ length: 4 }, () => new Channel(open()));
	for (const channel of channels) await channel.untilStatus(() => true, 'the status');
	const closed = once(channels[0]!.socket, 'close');
	const fifth = new Channel(open());
	assert.is((await closed)[0], 1008);
	await fifth.untilStatus(() => true, 'the status');
	assert.is(channels[1]!.socket.readyState, WebSocket.OPEN);
});

test.run();
