import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { ObsPeer } from '../../tools/engine/obsPeer.js';
import { type OfferParts, offerText } from '../../tools/net/offers.js';
import { Signalling, sdpType } from '../../tools/net/signalling.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';

/** What is offered to WHIP and WHEP, and what comes back. Numbers: points.ts. */
const test = suite<{ wire: Signalling; guest: GuestInvite }>('conformance: offers and answers');

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
	context.guest = await context.wire.guest();
});
test.after(async ({ wire }) => {
	ObsPeer.end();
	await wire.service.stop();
});

type Context = { wire: Signalling; guest: GuestInvite };
const endpoints = {
	whip: ({ guest }: Context) => ({ path: `/whip/${guest.id}`, token: guest.token, direction: 'sendonly' as const }),
	whep: ({ wire }: Context) => ({
		path: '/whep/program',
		token: wire.service.ready.operatorToken,
		direction: 'recvonly' as const,
	}),
};

/** The media sections of a description. */
function sections(sdp: string): string[] {
	return sdp.split(/\r\n(?=m=)/).slice(1);
}

for (const [name, endpoint] of Object.entries(endpoints)) {
	const refused = (context: Context, parts: Partial<OfferParts>) => {
		const { path, token, direction } = endpoint(context);
		return context.wire.refused(path, { token, type: sdpType, body: offerText({ direction, ...parts }) });
	};
	const taken = (context: Context, parts: Partial<OfferParts> = {}) => {
		const { path, token, direction } = endpoint(context);
		return context.wire.post(path, token, offerText({ direction, ...parts }));
	};

	test(`1, 2, 8, 10, 21 (${name}): an offer is answered with 201, a Location and every candidate`, async (context) => {
		const { path } = endpoint(context);
		const { headers, location, answer } = await taken(context);
		assert.is(headers.get('content-type'), sdpType);
		assert.is(headers.get('accept-patch'), 'application/trickle-ice-sdpfrag');
		assert.is(headers.get('etag'), null, 'no ICE restart, so nothing to be matched');
		const resolved = new URL(location, `${context.wire.service.http}${path}?hidden=1`);
		assert.match(resolved.pathname, new RegExp(`^${path}/[\\w-]{22,}$`));
		assert.is(resolved.search, '');
		const [first, second] = sections(answer);
		assert.match(first!, /^a=candidate:/m);
		assert.match(first!, /^a=end-of-candidates/m);
		assert.not.match(answer, /^a=candidate:\S+ \d+ tcp/im);
		for (const section of [first!, second!]) {
			assert.match(section, /^a=rtcp-mux\r?$/m);
			assert.match(section, /^a=rtcp-mux-only\r?$/m);
		}
		assert.match(answer, /^a=group:BUNDLE 0 1\r?$/m);
	});

	test(`3 (${name}): the content type may have parameters and any case`, async (context) => {
		const { path, token, direction } = endpoint(context);
		const body = offerText({ direction });
		const response = await context.wire.ask('POST', path, { token, type: 'Application/SDP; charset=utf-8', body });
		assert.is(response.status, 201);
	});

	test(`4, 5 (${name}): what is no offer is refused, and nothing is left behind`, async (context) => {
		const { path, token, direction } = endpoint(context);
		const before = await context.wire.sessions();
		const offer = offerText({ direction });
		const post = (type: string | undefined, body: string) => context.wire.refused(path, { token, ...(type && { type }), body });
		for (const type of ['application/json', 'text/plain', 'application/sdpx']) assert.is((await post(type, offer))[0], 415, type);
		for (const body of ['', 'v=0', 'hello', 'v=0\r\n', offer.replace(/^a=ice-.*\r\n/gm, ''), offer.replace(/^a=fing.*\r\n/m, '')])
			assert.equal(await post(sdpType, body), [400, 'bad-sdp'], body);
		assert.equal(await post(sdpType, `${offer}${'a=x\r\n'.repeat(40_000)}`), [413, 'too-large']);
		assert.equal(await context.wire.sessions(), before);
	});

	test(`6, 7 (${name}): the direction that fits is taken, the answer is the other half of it`, async (context) => {
		const answered = name === 'whip' ? 'recvonly' : 'sendonly';
		const { direction } = endpoint(context);
		for (const offered of [direction, 'sendrecv'] as const) {
			const { answer } = await taken(context, { direction: offered });
			for (const section of sections(answer)) assert.match(section, new RegExp(`^a=${answered}\\r?$`, 'm'));
		}
		const wrong = name === 'whip' ? (['recvonly', 'inactive'] as const) : (['sendonly', 'inactive'] as const);
		for (const offered of wrong) assert.equal(await refused(context, { direction: offered }), [422, 'unsupported-media']);
	});

	test(`10, 11, 12 (${name}): one audio and one video at most, bundled, and no part of an offer alone`, async (context) => {
		for (const media of [['audio', 'audio'], ['video', 'video', 'audio'], ['application'], ['text']])
			assert.equal(await refused(context, { media }), [422, 'unsupported-media'], media.join());
		assert.equal(await refused(context, { bundle: 'BUNDLE 0' }), [400, 'bad-sdp']);
		const foreign = offerText({ direction: endpoint(context).direction }).replace('opus/48000/2', 'G722/8000');
		const { path, token } = endpoint(context);
		assert.equal(await context.wire.refused(path, { token, type: sdpType, body: foreign }), [422, 'unsupported-media']);
		for (const media of [['audio'], ['video']]) assert.is(sections((await taken(context, { media })).answer).length, 1);
	});

	test(`12 (${name}): a data channel beside the media is rejected alone, as the players that ask for one expect`, async (context) => {
		const { answer } = await taken(context, { media: ['audio', 'video', 'application'] });
		const [audio, video, application] = sections(answer);
		for (const section of [audio!, video!]) assert.match(section, /^m=(audio|video) [1-9]/);
		assert.match(application!, /^m=application 0 UDP\/DTLS\/SCTP webrtc-datachannel\r\n/);
		assert.match(answer, /^a=group:BUNDLE 0 1\r?$/m);
	});

	test(`10 (${name}): a line that has no port of its own because it is bundled is taken; a disabled one is not`, async (context) => {
		const { path, token, direction } = endpoint(context);
		const disabled = offerText({ direction }).replace('m=video 9', 'm=video 0');
		assert.equal(await context.wire.refused(path, { token, type: sdpType, body: disabled }), [422, 'unsupported-media']);
		const { answer } = await context.wire.post(path, token, disabled.replace('a=mid:1', 'a=bundle-only\r\na=mid:1'));
		assert.match(sections(answer)[1]!, /^m=video [1-9]/);
	});

	test(`13 (${name}): who insists on a side of DTLS gets the other one; what is no side is refused`, async (context) => {
		for (const [setup, answered] of Object.entries({ active: 'passive', passive: 'active' }))
			assert.match((await taken(context, { setup })).answer, new RegExp(`^a=setup:${answered}\\r?$`, 'm'), setup);
		assert.match((await taken(context)).answer, /^a=setup:(active|passive)\r?$/m);
		assert.equal(await refused(context, { setup: 'holdconn' }), [400, 'bad-sdp']);
	});

	test(`9, 13 (${name}): an offer without candidates connects, whichever side of DTLS it takes`, async (context) => {
		const { path, token } = endpoint(context);
		for (const setup of ['actpass', 'active']) {
			const peer = new ObsPeer(name === 'whip' ? 'sends' : 'watches');
			try {
				const offer = (await peer.offer).replaceAll('a=setup:actpass', `a=setup:${setup}`);
				assert.not.match(offer, /a=candidate/);
				peer.answer((await context.wire.post(path, token, offer)).answer);
				await peer.untilConnected();
			} finally {
				peer.close();
			}
		}
	});

	test(`49 (${name}): lines of extensions nobody knows change nothing`, async (context) => {
		const extra = ['a=extmap:14 urn:example:unheard-of', 'a=x-nonsense:1', 'a=rtcp-fb:96 goog-remb'];
		const { answer } = await taken(context, { extra });
		assert.not.match(answer, /unheard-of|nonsense/);
	});

	test(`50 (${name}): simulcast is refused as a whole`, async (context) => {
		const extra = ['a=rid:0 send', 'a=rid:1 send', 'a=simulcast:send 0;1'];
		assert.equal(await refused(context, { media: ['video'], extra }), [422, 'unsupported-media']);
	});
}

test('11 (whip): tracks of two MediaStreams are refused', async ({ wire, guest }) => {
	const body = offerText({ direction: 'sendonly', streams: ['one', 'two'] });
	assert.equal(await wire.refused(`/whip/${guest.id}`, { token: guest.token, type: sdpType, body }), [422, 'unsupported-media']);
});

test('12 (whep): a streamer without sound rejects the audio line alone: a viewer cannot know what there is', async ({ wire }) => {
	const token = wire.service.ready.operatorToken;
	const { answer } = await wire.post('/whep/multiview', token, offerText({ direction: 'recvonly' }));
	const [audio, video] = sections(answer);
	assert.match(audio!, /^m=audio 0 /);
	assert.match(video!, /^m=video [1-9]/);
	assert.match(answer, /^a=group:BUNDLE 1\r?$/m);
});

test('14 (whep): all tracks are of one stream', async ({ wire }) => {
	const { answer } = await wire.post('/whep/program', wire.service.ready.operatorToken, offerText({ direction: 'recvonly' }));
	const streams = [...answer.matchAll(/^a=msid:(\S+)/gm)].map(([, stream]) => stream);
	assert.is(streams.length, 2);
	assert.is(new Set(streams).size, 1);
});

test.run();
