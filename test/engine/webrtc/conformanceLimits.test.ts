import { createSocket } from 'node:dgram';
import * as assert from 'uvu/assert';
import { askFrom } from '../../tools/net/askFrom.js';
import { offerText } from '../../tools/net/offers.js';
import { fragmentType, problem, Signalling, sdpType } from '../../tools/net/signalling.js';
import { processes } from '../../tools/processes.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

/** How much is too much, and what is said then. Numbers: points.ts. */
const test = suite<{ wire: Signalling; token: string }>('conformance: limits');
const watch = offerText({ direction: 'recvonly' });
/** Of a process that has not been given its role yet. */
const reserveTitle = 'title-room';
const spareProcesses = 3;

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	context.wire = new Signalling(service);
	context.token = service.ready.operatorToken;
});
test.after(({ wire }) => wire.service.stop());

test('43: a streamer that is starting is 409 with Retry-After, or answers in time; never anything else', async ({
	wire,
	token,
}) => {
	// The first viewers come before the program is on air.
	const answer = await wire.ask('POST', '/whep/program', { token, type: sdpType, body: watch });
	if (answer.status !== 201) {
		assert.ok(Number(answer.headers.get('retry-after')) >= 1);
		assert.equal(await problem(answer), [409, 'not-on-air']);
	}
	await wire.service.onAir();
	assert.is((await wire.ask('POST', '/whep/program', { token, type: sdpType, body: watch })).status, 201);
});

test('44: 406 is never sent: it would have to carry an offer', async ({ wire, token }) => {
	const vp8 = watch.replace('H264/90000', 'VP8/90000');
	assert.equal(await wire.refused('/whep/program', { token, type: sdpType, body: vp8 }), [422, 'unsupported-media']);
});

test('45: addresses of sessions hold at least 122 random bits, and nothing else tells them', async ({ wire, token }) => {
	const made = await Promise.all(Array.from({ length: 5 }, () => wire.post('/whep/program', token, watch)));
	const names = made.map(({ location }) => location.split('/').at(-1)!);
	assert.is(new Set(names).size, names.length);
	for (const name of names) assert.ok(Buffer.from(name, 'base64url').length >= 16, name);
	const told = JSON.stringify([await wire.service.state(), (await wire.service.api('GET', '/metrics')).body]);
	for (const name of names) assert.not.ok(told.includes(name));
	await Promise.all(made.map(({ location }) => wire.ask('DELETE', location, { token })));
});

test('53: when processes hang the POST is refused within the 8 s that OBS waits, with Retry-After, and the seat is free again', async ({
	wire,
}) => {
	const guest = await wire.guest();
	const ask = { token: guest.token, type: sdpType, body: offerText({ direction: 'sendonly' }) };
	assert.is((await wire.ask('POST', `/whip/${guest.id}`, ask)).status, 201);
	// The one in the seat takes two seconds to be ended, the next one never starts: each is within its own limit.
	const spares = await until(
		() => {
			const found = processes().filter(({ session, title }) => session === wire.service.pid && title.includes(reserveTitle));
			return found.length === spareProcesses && found;
		},
		{ what: 'the processes in reserve' },
	);
	const seated = wire.service.hosts().find(({ name }) => name === guest.id)!;
	for (const { pid } of [seated, ...spares]) process.kill(pid, 'SIGSTOP');
	const started = performance.now();
	const refused = await wire.ask('POST', `/whip/${guest.id}`, ask);
	assert.ok(performance.now() - started < 8000);
	assert.ok(Number(refused.headers.get('retry-after')) >= 1);
	assert.equal(await problem(refused), [504, 'timeout']);
	for (const { pid } of processes().filter(({ pid }) => spares.some((spare) => spare.pid === pid))) process.kill(pid, 'SIGCONT');
	assert.is((await wire.ask('POST', `/whip/${guest.id}`, ask)).status, 201);
	await wire.forget(guest);
});

test('53: a process that fails while it makes an answer is 503 with Retry-After, and the next offer is answered', async ({
	wire,
	token,
}) => {
	const guest = await wire.guest();
	const silent = createSocket('udp4');
	await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
	// An answer waits for a STUN server that says nothing: by then the process is at it.
	await wire.set({ network: { servers: [{ name: 'Silent', urls: [`stun:127.0.0.1:${silent.address().port}`] }] } });
	try {
		for (const [path, ask, role, name] of [
			[`/whip/${guest.id}`, { token: guest.token, body: offerText({ direction: 'sendonly' }) }, 'source', guest.id],
			['/whep/program', { token, body: watch }, 'streamer', 'program'],
		] as const) {
			// Where the machine stood still meanwhile, the answer was there first, or the offer came after the end: once more.
			let refused: Response | undefined;
			for (let i = 0; i < 3 && refused === undefined; i++) {
				const asking = new Promise((resolve) => silent.once('message', resolve));
				const asked = wire.ask('POST', path, { ...ask, type: sdpType });
				await Promise.race([asking, asked]);
				const { pid } = await wire.service.host(role, name);
				process.kill(pid, 'SIGKILL');
				const answer = await asked;
				if (answer.status === 201) await wire.ask('DELETE', answer.headers.get('location')!, { token: ask.token });
				else if (answer.status !== 409) refused = answer;
				if (role === 'streamer') await wire.service.host(role, name, { not: pid });
			}
			assert.ok(refused, 'an answer that was under way when its process ended');
			assert.ok(Number(refused.headers.get('retry-after')) >= 1);
			assert.equal(await problem(refused), [503, 'busy'], path);
		}
	} finally {
		await wire.set({ network: { servers: [] } });
		silent.close();
	}
	await wire.service.onAir();
	assert.is((await wire.ask('POST', '/whep/program', { token, type: sdpType, body: watch })).status, 201);
	const again = { token: guest.token, type: sdpType, body: offerText({ direction: 'sendonly' }) };
	assert.is((await wire.ask('POST', `/whip/${guest.id}`, again)).status, 201);
	await wire.forget(guest);
});

test('42: at the last place one guest gets in and the others are refused, also all at once; who has a place keeps it', async ({
	wire,
}) => {
	const guests = [await wire.guest('One'), await wire.guest('Two'), await wire.guest('Three')];
	const join = ({ id, token }: { id: string; token: string }) =>
		wire.ask('POST', `/whip/${id}`, { token, type: sdpType, body: offerText({ direction: 'sendonly' }) });
	await wire.set({ network: { limits: { guests: 1 } } });
	try {
		const first = await Promise.all(guests.map(join));
		assert.equal(first.map(({ status }) => status).sort(), [201, 503, 503]);
		for (const { status, headers } of first) if (status === 503) assert.ok(Number(headers.get('retry-after')) >= 1);
		const seated = guests[first.findIndex(({ status }) => status === 201)]!;
		const others = guests.filter((guest) => guest !== seated);
		const changing = await Promise.all([seated, ...others].map(join));
		assert.equal(
			changing.map(({ status }) => status),
			[201, 503, 503],
		);
	} finally {
		await wire.set({ network: { limits: { guests: 12 } } });
	}
	for (const guest of guests) await wire.forget(guest);
});

/** A viewer who calls from an address of its own. */
function postFrom(localAddress: string, wire: Signalling, path: string, token: string, body = watch): Promise<Response> {
	const headers = { authorization: `Bearer ${token}`, 'content-type': sdpType };
	return askFrom(localAddress, new URL(path, wire.service.http), { method: 'POST', headers, body });
}

test('42, 46: one who begins sessions and abandons them is held back alone, and the places come back', async ({ wire }) => {
	const token = await wire.link(['multiview']);
	const viewers = async () => (await wire.service.state()).streamers.multiview!.viewers;
	const answers: Response[] = [];
	for (let i = 0; i < 25; i++) answers.push(await postFrom('127.0.0.2', wire, '/whep/multiview', token));
	const refused = answers.filter(({ status }) => status !== 201);
	assert.ok(refused.length >= 5, 'twenty at once, not more');
	for (const { status, headers } of refused) {
		assert.is(status, 429);
		assert.ok(Number(headers.get('retry-after')) >= 1);
	}
	// Another with the same link, from another address, is none the worse.
	assert.is((await postFrom('127.0.0.3', wire, '/whep/multiview', token)).status, 201);
	await until(async () => (await viewers()) === 0, { what: 'the abandoned sessions to be reclaimed', timeoutMs: 25_000 });
	assert.is((await postFrom('127.0.0.2', wire, '/whep/multiview', token)).status, 201);
});

test('42, 46: POST, PATCH and DELETE each have a rate, refused with 429 or 503 and Retry-After', async ({ wire, token }) => {
	const guest = await wire.guest();
	const flood = async (method: string, path: string, type: string, body: string) => {
		const ask = async () => {
			const answer = await wire.ask(method, path, { token: guest.token, type, body });
			await answer.arrayBuffer();
			return answer;
		};
		const answers: Response[] = [];
		const isRefused = ({ status }: Response) => status === 429 || status === 503;
		// An address has 128 connections at once. A busy machine answers more slowly than the rate at first.
		for (let round = 0; round < 4 || (round < 40 && !answers.some(isRefused)); round++)
			answers.push(...(await Promise.all(Array.from({ length: 50 }, ask))));
		const refused = answers.filter(isRefused);
		assert.ok(refused.length > 0, `${method}: ${new Set(answers.map(({ status }) => status))}`);
		for (const answer of refused) assert.ok(Number(answer.headers.get('retry-after')) >= 1);
		for (const { status } of answers) assert.ok([400, 404, 429, 503].includes(status), String(status));
	};
	await flood('POST', `/whip/${guest.id}`, sdpType, 'v=0');
	await flood('PATCH', `/whip/${guest.id}/none`, fragmentType, 'a=x');
	// Who is not among them still gets in.
	assert.is((await wire.ask('POST', '/whep/program', { token, type: sdpType, body: watch })).status, 201);
});

test('42: more viewers than there are places are 503 with Retry-After', async ({ wire, token }) => {
	const guest = await wire.guest('Crowd');
	// The returns of all guests together have 24 places, half of them the guests’ own.
	const statuses: number[] = [];
	for (let i = 0; i < 14; i++) {
		const { status, headers } = await postFrom(`127.0.1.${i + 1}`, wire, `/whep/return-${guest.id}`, token);
		if (status === 503) assert.ok(Number(headers.get('retry-after')) >= 1);
		statuses.push(status);
	}
	assert.equal([...new Set(statuses)].sort(), [201, 503]);
});

test('a guest who looks at the return again and again has it twice at most, and is never refused', async ({ wire }) => {
	const guest = await wire.guest('Reloads');
	const viewers = async () => (await wire.service.state()).streamers[`return-${guest.id}`]!.viewers;
	for (let i = 0; i < 5; i++) assert.is((await postFrom('127.0.0.6', wire, `/whep/return-${guest.id}`, guest.token)).status, 201);
	assert.ok([1, 2].includes(await viewers()));
});

test('one watch link takes its share of the places from many addresses; the multiview, guests and others are served', async ({
	wire,
	token,
}) => {
	const limits = { guests: 12, viewers: 12 };
	const free = async () => {
		const { program, multiview } = (await wire.service.state()).streamers;
		return program!.viewers + multiview!.viewers === 0;
	};
	await until(free, { what: 'the viewers of before to be gone', timeoutMs: 12_000 });
	await wire.set({ network: { limits } });
	const link = await wire.link(['program']);
	const guest = await wire.guest('On air');
	try {
		const answers: Response[] = [];
		for (let i = 0; i < 40; i++) answers.push(await postFrom(`127.0.3.${1 + (i % 8)}`, wire, '/whep/program', link));
		const taken = answers.filter(({ status }) => status === 201).length;
		// Of twelve two are kept, and three quarters of the others are one link's.
		assert.is(taken, 8);
		for (const { status, headers } of answers) if (status === 429) assert.ok(Number(headers.get('retry-after')) >= 1);
		assert.is((await postFrom('127.0.3.1', wire, '/whep/program', await wire.link(['program']))).status, 201);
		for (const [path, who] of [
			['/whep/multiview', token],
			['/whep/program', token],
			[`/whep/return-${guest.id}`, guest.token],
		] as const)
			assert.is((await postFrom('127.0.0.1', wire, path, who)).status, 201, path);
		const metrics = (await wire.service.api<string>('GET', '/metrics')).body;
		assert.match(metrics, /^r58_peers\{kind="program",state="pending"\} [1-9]/m);
		assert.match(metrics, /^r58_peers_refused\{reason="place"\} [1-9]/m);
		// Nobody is behind these offers.
		await until(free, { what: 'the places of offers that nobody connects', timeoutMs: 12_000 });
	} finally {
		await wire.set({ network: { limits: { ...limits, viewers: 72 } } });
		await wire.forget(guest);
	}
});

test('offers that are refused use up a client’s rate sooner than those that are taken', async ({ wire }) => {
	const attempts = async (address: string, body: string) => {
		const link = await wire.link(['program']);
		for (let count = 0; count < 60; count++) {
			const { status } = await postFrom(address, wire, '/whep/program', link, body);
			if (status === 429) return count;
		}
		return 60;
	};
	assert.ok((await attempts('127.0.4.1', watch.replace(/a=fingerprint.*\r\n/, ''))) < 60);
	// With nothing refused, this many pending ones are what is bounded.
	assert.is(await attempts('127.0.4.2', watch), 20);
});

test.run();
