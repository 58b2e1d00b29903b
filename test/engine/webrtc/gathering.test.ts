import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import * as assert from 'uvu/assert';
import { usableCandidate } from '../../../service/rtc/candidates.js';
import { checkOffer } from '../../../service/rtc/sdp.js';
import { Pipeline } from '../../tools/engine/pipeline.js';
import { onThisMachine } from '../../tools/net/offers.js';
import { test } from '../../tools/suite.js';

/** The addresses a peer gathers, and how long an answer waits for them. */
const sender = `
	audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97 ! rtc.audio_main
	r58webrtc name=rtc mode=send max-peers=8`;
const offer = readFileSync(new URL('../../../../test/fixtures/offers/chromium-watch.sdp', import.meta.url), 'utf8');
/** RFC 9725 clients give up a POST after this (OBS). */
const postMs = 8000;

let pipeline: Pipeline;
/** A server by UDP and one by TCP that take everything and answer nothing. */
let silent: { udp: Socket; tcp: Server; udpPort: number; tcpPort: number };
test.before(async () => {
	const udp = createSocket('udp4');
	const tcp = createServer(() => undefined);
	await Promise.all([
		new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve)),
		new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve)),
	]);
	silent = { udp, tcp, udpPort: udp.address().port, tcpPort: (tcp.address() as AddressInfo).port };
	pipeline = await new Pipeline().start(sender);
});
test.after(async () => {
	await pipeline?.stop();
	silent?.udp.close();
	silent?.tcp.close();
});

async function answerWith(id: string, network: object) {
	const checked = checkOffer(offer, { direction: 'watch', way: onThisMachine, video: false });
	const answer = pipeline.waitEvent('answer', (body) => body.id === id, postMs);
	pipeline.command('rtc', {
		op: 'add',
		id,
		sdp: checked.offer,
		fingerprint: checked.fingerprint,
		video: null,
		audio: { pt: checked.audio!.pt, pad: 'audio_main' },
		network,
	});
	const { sdp, afterMs } = await answer;
	const lines = (sdp as string).split('\r\n').filter((line) => line.startsWith('a=candidate:'));
	return {
		afterMs: Number(afterMs),
		candidates: lines.map((line) => usableCandidate(line, { tcp: true })).filter((c) => c !== null),
	};
}

const login = { username: 'u', password: 'p' };

test('candidates have the chosen addresses and ports only', async () => {
	const { candidates } = await answerWith('ports', { addresses: ['127.0.0.1'], minPort: 28_100, maxPort: 28_110 });
	assert.equal(
		candidates.map(({ address, type }) => [address, type]),
		[['127.0.0.1', 'host']],
	);
	assert.ok(candidates.every(({ port }) => port >= 28_100 && port <= 28_110));
});

test('with TCP on, the same addresses also wait for connections', async () => {
	const { candidates } = await answerWith('tcp', { addresses: ['127.0.0.1'], tcp: true });
	assert.equal(new Set(candidates.map(({ transport }) => transport)), new Set(['udp', 'tcp']));
});

test('servers that do not answer delay an answer, and take nothing from it', async () => {
	const stun = { address: '127.0.0.1', port: silent.udpPort };
	const turn = [
		{ ...stun, ...login, tcp: false },
		{ address: '127.0.0.1', port: silent.tcpPort, ...login, tcp: true },
	];
	for (const [id, network] of Object.entries({ stun: { stun }, turn: { turn }, both: { stun, turn } })) {
		const { candidates, afterMs } = await answerWith(id, { addresses: ['127.0.0.1'], gatherMs: 300, ...network });
		assert.is(candidates[0]?.type, 'host', id);
		// It did not wait for the end of libnice's own tries, which is after 2 s and more.
		assert.ok(afterMs >= 300, `${id}: ${afterMs} ms`);
	}
});

test('a network that cannot be used is refused with the field', async () => {
	for (const [network, reason] of [
		[{ addresses: ['studio.example.org'] }, /network\.addresses must be IP addresses/],
		[{ turn: [{ address: '127.0.0.1', port: 3478 }] }, /network\.turn must be objects/],
		[{ stun: { address: 'x' } }, /network\.stun/],
		[{ minPort: 9, maxPort: 8 }, /network\.minPort and maxPort/],
		[{ gatherMs: 60_000 }, /network\.gatherMs/],
	] as const) {
		const refused = pipeline.waitEvent('refused');
		const checked = checkOffer(offer, { direction: 'watch', way: onThisMachine, video: false });
		const audio = { pt: checked.audio!.pt, pad: 'audio_main' };
		pipeline.command('rtc', {
			op: 'add',
			id: 'wrong',
			sdp: checked.offer,
			fingerprint: checked.fingerprint,
			video: null,
			audio,
			network,
		});
		assert.match((await refused).reason, reason);
	}
});

test.run();
