import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { ObsFeed, ObsPeer } from '../../tools/engine/obsPeer.js';
import { fragmentText, offerText } from '../../tools/net/offers.js';
import { fragmentType, type Made, Signalling, sdpType } from '../../tools/net/signalling.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

/** A session from trickle to its end. Numbers: points.ts. */
const test = suite<Context>('conformance: sessions');

interface Context {
	wire: Signalling;
	guest: GuestInvite;
	token: string;
	feed: ObsFeed;
}

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
	context.guest = await context.wire.guest();
	context.token = service.ready.operatorToken;
	context.feed = await new ObsFeed().start();
});
test.after(async ({ wire, feed }) => {
	feed.stop();
	ObsPeer.end();
	await wire.service.stop();
});

interface Live extends Made {
	peer: ObsPeer;
	/** Credentials of its offer. */
	ufrag: string;
	pwd: string;
	token: string;
}

/** A guest whose media arrive, or a viewer who gets them. */
async function live({ wire, guest, token, feed }: Context, name: string): Promise<Live> {
	const peer = new ObsPeer(name === 'whip' ? 'sends' : 'watches');
	const own = name === 'whip' ? guest.token : token;
	const offer = await peer.offer;
	const made = await wire.post(name === 'whip' ? `/whip/${guest.id}` : '/whep/program', own, offer);
	peer.answer(made.answer);
	await peer.untilConnected();
	if (name === 'whip') feed.peers.add(peer);
	const [, ufrag] = /a=ice-ufrag:(\S+)/.exec(offer)!;
	const [, pwd] = /a=ice-pwd:(\S+)/.exec(offer)!;
	return { ...made, peer, ufrag: ufrag!, pwd: pwd!, token: own };
}

/** Its media go on, at the side where they arrive. */
async function untilMoving({ wire, guest }: Context, { peer }: Live): Promise<void> {
	if (peer.does === 'watches') await peer.untilReceived(10);
	else await wire.service.waitState(({ sources }) => sources[guest.id]?.state === 'live', 'the guest to be live');
}

const patch = ({ wire }: Context, { location, token }: Pick<Live, 'location' | 'token'>, body: string, headers = {}) =>
	wire.ask('PATCH', location, { token, type: fragmentType, body, headers });

for (const name of ['whip', 'whep']) {
	const offer = offerText({ direction: name === 'whip' ? 'sendonly' : 'recvonly' });
	const silent = async (context: Context) => {
		const { wire, guest } = context;
		const token = name === 'whip' ? guest.token : context.token;
		return { token, ...(await wire.post(name === 'whip' ? `/whip/${guest.id}` : '/whep/program', token, offer)) };
	};

	test(`33, 34 (${name}): candidates trickle in any number, with an end, and nothing comes back`, async (context) => {
		const session = await silent(context);
		const udp = (port: number) => `a=candidate:1 1 udp 2130706431 192.0.2.1 ${port} typ host`;
		for (const [lines, headers] of [
			[[udp(9)], {}],
			[[udp(10), udp(11), udp(12)], { 'if-match': '*' }],
			[['a=end-of-candidates'], { 'if-match': '"anything"' }],
			// Eyevinn's client sends the entity tag as a header of its own.
			[[udp(13)], { etag: 'null' }],
		] as const) {
			const response = await patch(context, session, fragmentText([...lines]), headers);
			assert.equal([response.status, await response.text()], [204, '']);
			assert.is(response.headers.get('etag'), null);
		}
		const inMedia = `m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:conf\r\na=ice-pwd:conformance/of/22/chars+\r\n${udp(14)}\r\n`;
		assert.is((await patch(context, session, inMedia)).status, 204);
	});

	test(`35 (${name}): candidates that cannot be used are passed over, the others are not`, async (context) => {
		const session = await silent(context);
		const lines = [
			'a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active',
			'a=candidate:1 1 udp 2130706431 0a1b2c3d-1111-4222-8333-444455556666.local 9 typ host',
			'a=candidate:1 1 udp 2130706431 999.0.2.1 9 typ host',
			'a=candidate:1 1 udp 2130706431 192.0.2.1 70000 typ host',
			'a=candidate:nonsense',
			'a=candidate:1 1 udp 2130706431 192.0.2.1 9 typ host',
		];
		assert.is((await patch(context, session, fragmentText(lines))).status, 204);
	});

	test(`36 (${name}): another content type is 415, what is no fragment 400`, async (context) => {
		const { wire } = context;
		const { location, token } = await silent(context);
		const refused = (type: string, body: string) => wire.refused(location, { token, type, body }, 'PATCH');
		assert.equal(await refused(sdpType, fragmentText([])), [415, 'unsupported-media-type']);
		assert.equal(await refused('application/json', '{}'), [415, 'unsupported-media-type']);
		for (const body of ['', 'hello', 'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n'])
			assert.equal(await refused(fragmentType, body), [400, 'bad-sdp']);
		assert.equal(await refused(fragmentType, `a=${'x'.repeat(20_000)}`), [400, 'bad-sdp']);
	});

	test(`37, 38, 39, 41 (${name}): an ICE restart is 422 and changes nothing; trickle still works`, async (context) => {
		const session = await live(context, name);
		await untilMoving(context, session);
		const other = fragmentText([], { ufrag: 'restarted', pwd: 'a'.repeat(24) });
		for (const headers of [{ 'if-match': '*' }, { 'if-match': '"stale"' }, {}]) {
			const response = await patch(context, session, other, headers);
			assert.is(response.status, 422);
			assert.is(response.headers.get('etag'), null);
		}
		// New credentials are new also when one half of them is.
		for (const half of [{ pwd: 'b'.repeat(24) }, { ufrag: 'restarted' }])
			assert.is((await patch(context, session, fragmentText([], { ...session, ...half }))).status, 422);
		assert.is((await patch(context, session, fragmentText(['a=candidate:1 1 udp 1 192.0.2.1 9 typ host'], session))).status, 204);
		assert.is(session.peer.state, 'connected');
		await untilMoving(context, session);
		assert.is((await context.wire.ask('DELETE', session.location, { token: session.token })).status, 200);
		session.peer.close();
	});

	test(`40 (${name}): many PATCHes at once, in any order, of two sessions`, async (context) => {
		const first = await silent(context);
		const second = {
			token: context.token,
			...(await context.wire.post('/whep/multiview', context.token, offerText({ direction: 'recvonly' }))),
		};
		const answers = await Promise.all(
			Array.from({ length: 30 }, (_, i) => {
				const lines = [`a=candidate:${i} 1 udp 1 192.0.2.${i + 1} 9 typ host`, ...(i % 3 ? [] : ['a=end-of-candidates'])];
				return patch(context, i % 2 ? first : second, fragmentText(lines));
			}),
		);
		assert.equal(new Set(answers.map(({ status }) => status)), new Set([204]));
	});

	test(`29, 30, 31 (${name}): DELETE ends it at once, whatever If-Match says; the peer is told`, async (context) => {
		const { wire, guest } = context;
		const session = await live(context, name);
		const headers = { 'if-match': '"stale"' };
		const response = await wire.ask('DELETE', session.location, { token: session.token, headers });
		assert.is(response.status, 200);
		await session.peer.untilClosed();
		session.peer.close();
		if (name === 'whip') assert.is((await wire.service.state()).guests[guest.id]!.state, 'invited');
		const left = async () => (await wire.sessions())[name === 'whip' ? 'guests' : 'viewers'];
		await until(async () => (await left()) === 0, { what: 'nothing of it to be left' });
	});
}

test('29: a new POST with the same token takes the seat over at once, also many of them together', async (context) => {
	const { wire, guest } = context;
	const first = await live(context, 'whip');
	await untilMoving(context, first);
	const second = await live(context, 'whip');
	await first.peer.untilClosed();
	assert.equal(await wire.refused(first.location, { token: guest.token }, 'DELETE'), [404, 'not-found']);
	await untilMoving(context, second);
	const offers = Array.from({ length: 4 }, () => offerText({ direction: 'sendonly' }));
	const answers = await Promise.all(
		offers.map((body) => wire.ask('POST', `/whip/${guest.id}`, { token: guest.token, type: sdpType, body })),
	);
	const statuses = answers.map(({ status }) => status).sort();
	assert.is(statuses[0], 201, 'the newest one has the seat');
	for (const status of statuses) assert.ok([201, 409].includes(status), String(status));
	const hosts = wire.service.hosts().filter(({ name }) => name === guest.id);
	assert.is(hosts.length, 1);
	first.peer.close();
	second.peer.close();
});

test('32: a guest who falls silent is told as one who sends nothing, and keeps the connection', async (context) => {
	const { wire, guest, feed } = context;
	const sender = await live(context, 'whip');
	await untilMoving(context, sender);
	feed.peers.delete(sender.peer);
	const { guests } = await wire.service.waitState(({ guests }) => guests[guest.id]!.nothingSent, 'the silence to be told', 8000);
	assert.is(guests[guest.id]!.state, 'connected');
	sender.peer.close();
});

test.run();
