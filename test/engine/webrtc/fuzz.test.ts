import { request } from 'node:http';
import * as assert from 'uvu/assert';
import WebSocket from 'ws';
import { mutated } from '../../tools/fuzz/mutations.js';
import { fragmentText, offerText } from '../../tools/net/offers.js';
import { fragmentType, Signalling, sdpType } from '../../tools/net/signalling.js';
import { Random } from '../../tools/random.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { patienceMs, pause } from '../../tools/wait.js';

/**
 * Mutated descriptions, fragments and messages, the same ones every time: no crash, no hang, no internal error. There is no data
 * channel in the product yet; its messages go over the events socket.
 */
const test = suite<{ wire: Signalling; token: string }>('fuzz');
const seed = 20_251;
const total = process.env.R58_LONG ? 10_000 : 1000;
const counts = { offers: total * 0.45, fragments: total * 0.35, polled: total * 0.1, messages: total * 0.1 };

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
	context.token = service.ready.operatorToken;
});
test.after(({ wire }) => wire.service.stop());

interface Answer {
	status: number;
	location: string | undefined;
	retryAfterS: number;
	body: string;
}

/** From one of many addresses, so that the limits for one client do not stand in the way; those for all are waited for. */
async function send(
	wire: Signalling,
	method: string,
	path: string,
	token: string,
	type: string,
	body: string,
	client: number,
): Promise<Answer> {
	for (;;) {
		const answer = await new Promise<Answer>((resolve, reject) => {
			const headers = { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': Buffer.byteLength(body) };
			const options = { method, headers, localAddress: `127.0.2.${1 + (client % 250)}`, timeout: patienceMs };
			const asked = request(new URL(path, wire.service.http), options, (response) => {
				let text = '';
				response.setEncoding('utf8').on('data', (chunk: string) => {
					text += chunk;
				});
				response.on('end', () =>
					resolve({
						status: response.statusCode!,
						location: response.headers.location,
						retryAfterS: Number(response.headers['retry-after'] ?? 0),
						body: text,
					}),
				);
			});
			asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
			asked.on('error', reject);
			asked.end(body);
		});
		if (answer.retryAfterS === 0 || ![429, 503].includes(answer.status)) return answer;
		await pause(answer.retryAfterS * 1000);
	}
}

/** The processes that must outlive everything that is sent. */
function pids({ service }: Signalling): string {
	return service
		.hosts()
		.filter(({ name }) => !name.startsWith('guest-'))
		.map(({ role, name, pid }) => `${role} ${name} ${pid}`)
		.sort()
		.join('\n');
}

/** Why processes ended. */
function endings({ service }: Signalling): string {
	const lines = service.logs.filter((line) => typeof line === 'object' && line.msg === 'host down');
	return lines.map((line) => JSON.stringify(line)).join('\n');
}

/** Runs all cases, some at a time, and tells the one that made the service fail. */
async function all(count: number, run: (index: number) => Promise<void>): Promise<void> {
	let next = 0;
	const worker = async () => {
		for (let index = next++; index < count; index = next++) await run(index);
	};
	await Promise.all(Array.from({ length: 4 }, worker));
}

test(`${counts.offers} mutated offers to WHIP and WHEP`, async ({ wire, token }) => {
	const before = pids(wire);
	const random = new Random(seed);
	const guests = [await wire.guest('One'), await wire.guest('Two')];
	const cases = Array.from({ length: counts.offers }, (_, index) => {
		// A process for each guest's offer that is taken: most go to viewers, who share one.
		const guest = index % 12 === 0 ? guests[(index / 12) % 2]! : null;
		const offer = mutated(offerText({ direction: guest ? 'sendonly' : 'recvonly' }), random);
		return { path: guest ? `/whip/${guest.id}` : index % 2 ? '/whep/program' : '/whep/multiview', offer };
	});
	const statuses = new Map<number, number>();
	await all(cases.length, async (index) => {
		const { path, offer } = cases[index]!;
		const post = () => send(wire, 'POST', path, token, sdpType, offer, index);
		let answer = await post();
		// A machine too busy to answer once; an offer that hangs the element does it again.
		if (answer.status === 504) answer = await post();
		const { status, location, body } = answer;
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
		assert.ok(status < 500, `${status} ${body} for ${JSON.stringify(offer)}`);
		if (location) await send(wire, 'DELETE', location, token, sdpType, '', index);
	});
	assert.ok(statuses.get(201)! > 0 && statuses.get(400)! > 0, JSON.stringify([...statuses]));
	assert.is(pids(wire), before, endings(wire));
	for (const guest of guests) await wire.forget(guest);
});

test(`${counts.fragments} mutated trickle fragments to a living session`, async ({ wire, token }) => {
	const before = pids(wire);
	const random = new Random(seed + 1);
	let location = '';
	const statuses = new Map<number, number>();
	await all(counts.fragments, async (index) => {
		// Sessions that nobody connects to end by themselves.
		if (index % 100 === 0) {
			const offer = offerText({ direction: 'recvonly' });
			location = (await send(wire, 'POST', '/whep/program', token, sdpType, offer, index / 100)).location ?? '';
		}
		const good = fragmentText([
			'a=candidate:1 1 udp 2130706431 192.0.2.1 9 typ host',
			'a=candidate:2 1 udp 1694498815 198.51.100.7 5000 typ srflx raddr 192.0.2.1 rport 9',
			'a=end-of-candidates',
		]);
		const { status, body } = await send(
			wire,
			'PATCH',
			location || '/whep/program/none',
			token,
			fragmentType,
			mutated(good, random),
			index,
		);
		assert.ok(status < 500, `${status} ${body}`);
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
	});
	// What is refused at the door says nothing of who reads it.
	assert.ok(statuses.get(204)! > 0 && statuses.get(400)! > 0, JSON.stringify([...statuses]));
	assert.is(pids(wire), before, endings(wire));
});

test(`${counts.polled} mutated messages of polling clients`, async ({ wire, token }) => {
	const random = new Random(seed + 2);
	const good = {
		offer: JSON.stringify({ type: 'offer', sdp: offerText({ direction: 'recvonly' }) }),
		answer: JSON.stringify({ type: 'answer', sdp: offerText({ direction: 'sendonly' }) }),
		candidate: JSON.stringify({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMLineIndex: 0, from: 'browser' }),
	};
	const statuses = new Map<number, number>();
	await all(counts.polled, async (index) => {
		const what = (['offer', 'answer', 'candidate'] as const)[index % 3]!;
		const path = `/api/webrtc/session/fuzz-${index % 5}/${what}`;
		const { status, body } = await send(wire, 'POST', path, token, 'application/json', mutated(good[what], random), index % 5);
		assert.ok(status < 500, `${status} ${body}`);
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
	});
	const taken = [...statuses].reduce((sum, [status, count]) => (status < 300 ? sum + count : sum), 0);
	assert.ok(taken > 0 && statuses.get(400)! > 0, JSON.stringify([...statuses]));
});

test(`${counts.messages} mutated messages on the events socket`, async ({ wire, token }) => {
	const random = new Random(seed + 3);
	const url = `${wire.service.http.replace('http', 'ws')}/api/events`;
	const good = JSON.stringify({ type: 'subscribe', topics: ['levels', 'stats'] });
	let socket: WebSocket | null = null;
	for (let i = 0; i < counts.messages; i++) {
		if (socket === null || socket.readyState !== WebSocket.OPEN) {
			const opened: WebSocket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
			opened.on('error', () => undefined);
			await new Promise((resolve) => opened.once('open', resolve));
			socket = opened;
		}
		socket.send(mutated(good, random));
	}
	socket?.close();
	assert.is((await wire.service.api('GET', '/api/health')).status, 200);
});

test('afterwards the program is on air, and a viewer who comes now is answered', async ({ wire, token }) => {
	await wire.post('/whep/program', token, offerText({ direction: 'recvonly' }));
	const logs = wire.service.logs.filter((line) => typeof line === 'object' && Number(line.level) >= 50);
	assert.equal(logs, []);
	assert.is((await wire.service.api('GET', '/api/health')).status, 200);
});

test.run();
