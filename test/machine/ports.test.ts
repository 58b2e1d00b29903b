import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { networkSettingsSchema } from '../../service/settings/network.js';
import { studioAddress, TestNetwork } from '../tools/net/netns.js';
import { offerText } from '../tools/net/offers.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

/** What a machine on the same network finds of the running service, and what guessing passwords from there brings. */
const test = suite<{ network: TestNetwork; service: TestService; local: string }>('ports');
const password = 'correct horse battery';
const portOf = (url: string) => Number(new URL(url).port);

test.before(async (context) => {
	context.network = new TestNetwork();
	// Nothing in between holds anything back.
	context.network.rules({ forward: [`ip daddr ${studioAddress} accept`] });
	context.service = await TestService.start({
		inside: context.network.inside('studio'),
		canvas: '320x180p15',
	});
	context.local = await context.network.reach(portOf(context.service.http));
	// The guest's place stands for another network of the house.
	const { technicianToken } = context.service.ready;
	await ask(context.local, technicianToken, 'PATCH', '/api/settings', { access: { lan: ['203.0.113.0/24'] } });
});
test.after(async ({ network, service }) => {
	await service.stop();
	network.close();
});

/** The last line that a program there prints; one is all it has. */
async function printed<T>(network: TestNetwork, place: 'guest' | 'studio', ...words: string[]): Promise<T> {
	const output = network.start(place, ...words);
	const line = await until(() => /^(\[.*\])\n/m.exec(output.join(''))?.[1], {
		what: words.join(' '),
		everyMs: 50,
	}).catch((error: Error) => {
		throw new Error(`${error.message}\n${output.join('')}`);
	});
	return JSON.parse(line) as T;
}

async function ask<T>(
	local: string,
	token: string | null,
	method: string,
	path: string,
	body: unknown,
): Promise<{ status: number; body: T }> {
	const sdp = typeof body === 'string';
	const headers = {
		'content-type': sdp ? 'application/sdp' : 'application/json',
		...(token && { authorization: `Bearer ${token}` }),
	};
	const response = await fetch(new URL(path, local), { method, headers, body: sdp ? body : JSON.stringify(body) });
	const text = await response.text();
	return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as T };
}

test('of all TCP ports those of HTTP and HTTPS answer', async ({ network, service }) => {
	const scan = fileURLToPath(new URL('../../../test/tools/net/scanPorts.py', import.meta.url));
	const found = await printed<number[]>(network, 'guest', 'python3', scan, studioAddress);
	assert.equal(
		found,
		[portOf(service.http), portOf(service.https)].sort((a, b) => a - b),
	);
});

test('UDP is open in the range of media alone, and only while there is a peer', async ({ network, service, local }) => {
	const { ports } = networkSettingsSchema.parse({});
	const open = () =>
		execFileSync('ip', ['netns', 'exec', network.name('studio'), 'ss', '-Hlnu'], { encoding: 'utf8' })
			.split('\n')
			.map((line) => line.split(/\s+/)[3] ?? '')
			.filter((where) => where !== '' && !/^(127\.|\[::1\])/.test(where))
			.map((where) => Number(where.split(':').at(-1)));
	assert.equal(open(), []);
	const watched = async () =>
		(await ask(local, service.ready.operatorToken, 'POST', '/whep/program', offerText({ direction: 'recvonly' }))).status;
	// A program that is just starting has nothing to show yet.
	await until(async () => (await watched()) === 201, { what: 'a viewer to be answered', everyMs: 500 });
	const found = await until(() => (open().length > 0 ? open() : null), {
		what: 'the ports of the peer',
		everyMs: 100,
	});
	for (const port of found) assert.ok(port >= ports.first && port <= ports.last, `UDP ${port}`);
});

test('who guesses from the network locks the account, on the device itself too; other accounts and addresses log in', async ({
	network,
	service,
	local,
}) => {
	for (const name of ['Tess', 'Tom']) {
		const made = await ask(local, service.ready.technicianToken, 'POST', '/api/users', { name, role: 'technician', password });
		assert.is(made.status, 201);
	}
	const guess = `
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
		process.removeAllListeners('warning');
		const found = [];
		for (const password of [...Array.from({ length: 7 }, (_, i) => 'guess number ' + i), ${JSON.stringify(password)}]) {
			const headers = { 'content-type': 'application/json' };
			const url = 'https://${studioAddress}:${portOf(service.https)}/api/session';
			const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name: 'Tess', password }) });
			found.push([response.status, Number(response.headers.get('retry-after'))]);
		}
		console.log(JSON.stringify(found));
	`;
	const found = await printed<[number, number][]>(network, 'guest', process.execPath, '--input-type=module', '-e', guess);
	const statuses = found.map(([status]) => status);
	assert.equal(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
	// Each further guess had to wait for longer; on a slow machine one of them may have waited.
	assert.ok(statuses.slice(5).includes(429), JSON.stringify(found));
	assert.not.ok(statuses.slice(5, 7).includes(200));
	assert.ok(found.filter(([status]) => status === 429).every(([, waitS]) => waitS > 0));
	assert.is((await ask(local, null, 'POST', '/api/session', { name: 'Tom', password })).status, 200);
	// Too few for an address: what makes these wait is the account. A wait that is over by now is followed by a longer one.
	const atDevice: number[] = [];
	for (let i = 0; i < 3; i++)
		atDevice.push((await ask(local, null, 'POST', '/api/session', { name: 'Tess', password: `another guess ${i}` })).status);
	assert.ok(atDevice.includes(429), atDevice.join());
});

test.run();
