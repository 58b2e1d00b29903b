import { connect, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

/** Who gets how many connections, on the real listeners. */
const test = suite('connections');
/** As in gate.ts: of one address, and of addresses together that nobody is logged in from. */
const ofAddress = 128;
const ofStrangers = 768;
let server: ApiServer;
let sockets: Socket[] = [];

test.before(async () => {
	server = await startApiServer();
});
test.after.each(() => {
	for (const socket of sockets) socket.destroy();
	sockets = [];
});
test.after(() => server.stop());

/** All at once, so that none has been idle for long when the last one comes; the server takes them in the order they are asked for. */
async function open(localAddress: string, count: number, first = ''): Promise<Socket[]> {
	const host = localAddress.includes(':') ? '::1' : '127.0.0.1';
	const port = Number(new URL(server.httpUrl).port);
	const opened = Array.from({ length: count }, () => connect({ port, host, localAddress }).on('error', () => undefined));
	sockets.push(...opened);
	for (const socket of opened) socket.once('connect', () => first && socket.write(first));
	await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))));
	return opened;
}

const unfinished =
	'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';

const closed = (of: Socket[]) => of.filter(({ closed }) => closed);

/** The status line, or nothing when the connection was ended without an answer. */
async function answer(socket: Socket): Promise<string> {
	socket.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
	return new Promise((resolve) => {
		socket.once('data', (data) => resolve(String(data).slice(0, 12)));
		if (socket.closed) resolve('');
		else socket.once('close', () => resolve(''));
	});
}
const served = async (from: string): Promise<boolean> => (await answer((await open(from, 1))[0]!)).startsWith('HTTP/1.1 ');

for (const address of ['127.0.90.1', '::1'])
	test(`${address} has so many connections and no more, and takes none from others`, async () => {
		// Each with a request that goes on: whoever is idle gives way, which takes a second.
		const all = await open(address, ofAddress + 12, unfinished);
		await until(() => closed(all).length >= 12, { what: 'those beyond to be ended' });
		assert.ok(await served('127.0.90.2'));
		assert.equal(
			closed(all).map((socket) => all.indexOf(socket)),
			Array.from({ length: 12 }, (_, index) => ofAddress + index),
		);
	});

test('a proxy has the connections of many', async () => {
	server.settings.patch({ access: { trustedProxies: ['127.0.90.3'] } });
	const all = await open('127.0.90.3', ofAddress + 12);
	assert.ok(await served('127.0.90.3'));
	assert.is(closed(all).length, 0);
	server.settings.patch({ access: { trustedProxies: null } });
});

test('the connection that has been idle for longest gives way to a new one of its address, one with a request does not', async () => {
	const all = await open('127.0.90.4', ofAddress);
	all[0]!.write(unfinished);
	await until(async () => served('127.0.90.4'), { what: 'a place for one more' });
	assert.equal(
		closed(all).map((socket) => all.indexOf(socket)),
		[1],
	);
});

test('strangers that hold their places leave those kept for addresses that are logged in', async () => {
	const { status } = await server.ask('GET', '/api/state', { token: server.tokens.operator, from: '127.0.91.1' });
	assert.is(status, 200);
	for (let held = 0; held < ofStrangers; held += ofAddress) await open(`127.0.92.${1 + held / ofAddress}`, ofAddress);
	assert.not.ok(await served('127.0.91.2'), 'nobody is logged in there');
	assert.ok(await served('127.0.91.1'));
});

test.run();
