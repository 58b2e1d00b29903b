import * as assert from 'uvu/assert';
import { LightPeers } from '../../tools/engine/lightPeers.js';
import { Pipeline } from '../../tools/engine/pipeline.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

/** How often viewers who lost packets make the encoder begin anew. */
const test = suite<{ service: TestService; viewers: LightPeers }>('key frames');
const clockRate = 90_000;

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p30' });
	context.viewers = new LightPeers();
	await context.service.onAir();
});
test.after(async ({ service, viewers }) => {
	viewers?.stop();
	await service?.stop();
});

async function view({ service, viewers }: { service: TestService; viewers: LightPeers }): Promise<string> {
	return viewers.add(async (offer) => {
		const headers = { 'content-type': 'application/sdp' };
		const { status, body } = await service.api<string>('POST', '/whep/program', offer, { headers });
		assert.is(status, 201, JSON.stringify(body));
		return body;
	});
}

test('however many viewers ask for key frames all the time, the program has hardly more than unasked', async (context) => {
	const { viewers } = context;
	const ids = await Promise.all(Array.from({ length: 6 }, () => view(context)));
	const asking = setInterval(() => viewers.askAll(), 40);
	try {
		const keys = await until(async () => (await viewers.keys(ids[0]!)).length >= 12 && viewers.keys(ids[0]!), {
			what: 'twelve key frames',
			everyMs: 200,
		});
		// The first ones are those of the viewers' joining.
		const asked = keys.slice(3);
		const seconds = ((asked.at(-1)! - asked[0]!) >>> 0) / clockRate;
		const perSecond = (asked.length - 1) / seconds;
		// Unasked there is one a second; each viewer may ask for one each 2.5 s, and they all get what one is given.
		assert.ok(perSecond <= 1.7 && perSecond > 0.9, `${perSecond.toFixed(2)} key frames a second`);
	} finally {
		clearInterval(asking);
	}
});

test('a guest who is asked for a key frame twice in 500 ms is asked again at their end, as long as none has come', async () => {
	const guest = await new Pipeline().start(
		'r58webrtc name=rtc mode=receive rtc.video_src ! fakesink async=false rtc.audio_src ! fakesink async=false',
	);
	try {
		const asked = async (least: number) =>
			(await guest.waitEvent('stats', ({ keyRequests }) => keyRequests >= least)).keyRequests as number;
		const before = await asked(0);
		for (let i = 0; i < 3; i++) guest.command('rtc', { op: 'keyframe' });
		assert.is(await asked(before + 2), before + 2);
		await guest.waitEvent('stats');
		assert.is((await guest.waitEvent('stats')).keyRequests, before + 2, 'three wishes at once are two requests');
	} finally {
		await guest.stop();
	}
});

test.run();
