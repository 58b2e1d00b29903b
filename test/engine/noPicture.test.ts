import * as assert from 'uvu/assert';
import type { Source } from '../../service/contract/sources.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { ObsFeed, ObsPeer } from '../tools/engine/obsPeer.js';
import { freePorts } from '../tools/net/ports.js';
import { Signalling } from '../tools/net/signalling.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** Senders whose packets come and whose pictures cannot be shown. */
const test = suite<{ wire: Signalling }>('packets without a picture');

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
});
const peers: ObsPeer[] = [];
test.after.each(async () => {
	for (const peer of peers.splice(0)) peer.close();
	await killLaunches();
});
test.after(async ({ wire }) => {
	ObsPeer.end();
	await wire.service.stop();
});

const moving = (width: number, height: number) =>
	`videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=${width},height=${height},framerate=10/1`;
const vp8 = 'vp8enc deadline=1 cpu-used=8 keyframe-max-dist=10 ! rtpvp8pay pt=96';
const h264 = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay pt=96 config-interval=-1';

/** The fault of a subject, once there is one or none. */
async function fault(service: TestService, subject: string, raised: boolean) {
	const find = (faults: { code: string; subject: string; message: string; remedy: string | null }[]) =>
		faults.find((one) => one.code === 'no-picture' && one.subject === subject);
	await service.waitState(({ faults }) => (find(faults) !== undefined) === raised, `a fault of ${subject}: ${raised}`);
	return find((await service.state()).faults);
}

test('plain RTP of another codec than was said is a fault with a remedy, and over when a picture comes', async ({ wire }) => {
	const { service } = wire;
	const [port] = await freePorts(1);
	const { body: source } = await service.api<Source>('POST', '/api/sources', {
		kind: 'rtp',
		label: 'Studio B',
		video: { port, codec: 'h264' },
	});
	const wrong = new GstLaunch(`${moving(320, 180)} ! ${vp8} ! udpsink host=127.0.0.1 port=${port}`);
	const raised = await fault(service, `source ${source.id}`, true);
	assert.match(raised!.message, /^Studio B: /);
	assert.match(raised!.remedy ?? '', /H\.264/);
	await wrong.kill();
	new GstLaunch(`${moving(320, 180)} ! ${h264} ! udpsink host=127.0.0.1 port=${port}`);
	await fault(service, `source ${source.id}`, false);
	await service.api('DELETE', `/api/sources/${source.id}`);
});

const fmtp = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';

test('a guest whose picture is too large, or none, is told on its card and as a fault until it is seen', async ({ wire }) => {
	const { service } = wire;
	const guest = await wire.guest();
	const join = async (launch: string) => {
		const feed = await new ObsFeed(launch).start();
		const peer = new ObsPeer('sends', fmtp);
		peers.push(peer);
		const { answer } = await wire.post(`/whip/${guest.id}`, guest.token, await peer.offer);
		peer.answer(answer);
		feed.peers.add(peer);
		return feed;
	};
	const said = async () => (await service.state()).guests[guest.id]!.lastError ?? '';
	const pay = (text: string) => text.replace('pt=96', 'pt=96 ssrc=2 mtu=1200');
	const subject = `guest ${guest.id}`;

	const none = await join(`${moving(320, 180)} ! ${pay(vp8)}`);
	const unseen = await fault(service, subject, true);
	assert.match(unseen!.message, /packets arrive, but no picture/);
	assert.match(await said(), /packets arrive, but no picture/);
	none.stop();

	const good = await join(`${moving(320, 180)} ! ${pay(h264)}`);
	await fault(service, subject, false);
	await service.waitState(({ guests }) => guests[guest.id]!.lastError === null, 'a card without an error');
	good.stop();

	const large = await join(`${moving(2048, 320)} ! ${pay(h264)}`);
	const big = await fault(service, subject, true);
	assert.match(big!.message, /2048×320 is larger than/);
	assert.match(big!.remedy ?? '', /twice that of the canvas/);
	assert.match(await said(), /2048×320/);
	large.stop();
	await wire.forget(guest);
	await fault(service, subject, false);
});

test.run();
