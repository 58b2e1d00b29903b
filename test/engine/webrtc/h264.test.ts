import * as assert from 'uvu/assert';
import type { Source } from '../../../service/contract/sources.js';
import { GstLaunch } from '../../tools/engine/gstLaunch.js';
import { ObsFeed, ObsPeer } from '../../tools/engine/obsPeer.js';
import { freePorts } from '../../tools/net/ports.js';
import { Signalling } from '../../tools/net/signalling.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';

/** What encoders of cameras and desks send, which browsers do not. */
const test = suite<{ wire: Signalling }>('guests with H.264 of other encoders');

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
});
test.after(async ({ wire }) => {
	ObsPeer.end();
	await wire.service.stop();
});

/** `profile`: what x264 calls it. `more`: to the encoder and the payloader. */
function picture(profile: string, more = { encoder: '', payloader: 'aggregate-mode=zero-latency' }): string {
	return `videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=15/1
		! x264enc tune=zerolatency bitrate=200 key-int-max=15 ${more.encoder} ! video/x-h264,profile=${profile}
		! rtph264pay pt=96 ssrc=2 mtu=1200 config-interval=-1 ${more.payloader}`;
}

/** Resolves once the picture of a guest who sends this is live, with the answer. */
async function untilLive({ wire }: { wire: Signalling }, fmtp: string, launch: string): Promise<string> {
	const guest = await wire.guest();
	const feed = await new ObsFeed(launch).start();
	const peer = new ObsPeer('sends', fmtp);
	try {
		const { answer } = await wire.post(`/whip/${guest.id}`, guest.token, await peer.offer);
		peer.answer(answer);
		feed.peers.add(peer);
		await wire.service.waitState(({ sources }) => sources[guest.id]?.state === 'live', `${fmtp} to be live`);
		return answer;
	} finally {
		feed.stop();
		await wire.forget(guest);
	}
}

for (const [what, fmtp, launch] of [
	['high', 'profile-level-id=640c1f;packetization-mode=1;level-asymmetry-allowed=1', picture('high')],
	['main', 'profile-level-id=4d401f;packetization-mode=1', picture('main')],
	['names in capitals', 'Profile-Level-Id=640028; Packetization-Mode=1', picture('high')],
	[
		'packets without fragments and no profile named',
		'level-asymmetry-allowed=1',
		picture('constrained-baseline', {
			encoder: 'speed-preset=ultrafast option-string=slice-max-size=1000',
			payloader: 'aggregate-mode=none',
		}),
	],
] as const) {
	test(`${what}: it is taken as it was offered, and its picture is live`, async (context) => {
		const answer = await untilLive(context, fmtp, launch);
		const [, answered = ''] = /^a=fmtp:96 (.*)$/m.exec(answer) ?? [];
		const level = /profile-level-id=(\w{6})/i.exec(fmtp)?.[1];
		const mode = /packetization-mode=(\d)/i.exec(fmtp)?.[1] ?? '0';
		assert.is(/profile-level-id=(\w+)/.exec(answered)?.[1], level, answered);
		assert.is(/packetization-mode=(\d)/.exec(answered)?.[1], mode, answered);
	});
}

/** As encoders of 1080i send it. */
const interlaced = `videotestsrc is-live=true pattern=ball
	! video/x-raw,format=I420,width=320,height=240,framerate=25/1,interlace-mode=interleaved,field-order=top-field-first
	! x264enc interlaced=true tune=zerolatency bitrate=200 key-int-max=15 ! video/x-h264,profile=main
	! rtph264pay pt=96 ssrc=2 mtu=1200 config-interval=-1`;

test('interlaced pictures of a guest are shown', async (context) => {
	await untilLive(context, 'profile-level-id=4d401f;packetization-mode=1', interlaced);
});

test('interlaced pictures that come as plain RTP are shown', async ({ wire: { service } }) => {
	const [port] = await freePorts(1);
	const made = await service.api<Source>('POST', '/api/sources', { kind: 'rtp', label: '1080i', video: { port, codec: 'h264' } });
	assert.is(made.status, 201, JSON.stringify(made.body));
	const sender = new GstLaunch(`${interlaced} ! udpsink host=127.0.0.1 port=${port}`);
	try {
		await service.waitState(({ sources }) => sources[made.body.id]?.state === 'live', 'the source to be live');
	} finally {
		await sender.kill();
		await service.api('DELETE', `/api/sources/${made.body.id}`);
	}
});

test.run();
