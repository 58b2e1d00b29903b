import { createSocket } from 'node:dgram';
import * as assert from 'uvu/assert';
import type { Source } from '../../service/contract/sources.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { freePorts } from '../tools/net/ports.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

const test = suite<{ service: TestService }>('what comes to a port of plain RTP');

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p15' });
	await context.service.onAir();
});
test.after.each(killLaunches);
test.after(({ service }) => service.stop());

const tone = (type: number, port: number) =>
	`audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=${type} ! udpsink host=127.0.0.1 port=${port}`;
const picture = (type: number, port: number) =>
	`videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc tune=zerolatency key-int-max=25 !
	rtph264pay config-interval=-1 pt=${type} ! udpsink host=127.0.0.1 port=${port}`.replace(/\s+/g, ' ');

async function stateOf(service: TestService, id: string, state: Source['state']): Promise<void> {
	await service.waitState(({ sources }) => sources[id]?.state === state, `${id} to be ${state}`);
}

test('every dynamic payload type is taken, also another one after the first', async ({ service }) => {
	const [videoPort, audioPort] = await freePorts(2);
	const { body: source, status } = await service.api<Source>('POST', '/api/sources', {
		kind: 'rtp',
		label: 'Line',
		video: { port: videoPort, codec: 'h264' },
		audio: { port: audioPort },
	});
	assert.is(status, 201, JSON.stringify(source));
	for (const [video, audio] of [
		// As ffmpeg numbers the two streams of one sender.
		[96, 97],
		[127, 111],
	] as const) {
		const sender = new GstLaunch(`${picture(video, videoPort!)} ${tone(audio, audioPort!)}`);
		await stateOf(service, source.id, 'live');
		const level = async () => ((await service.state()).sources[source.id]!.audio?.levelDb ?? -99) > -40;
		await until(level, { what: `sound of payload type ${audio}` });
		await sender.kill();
		await stateOf(service, source.id, 'no-signal');
	}
	await service.api('DELETE', `/api/sources/${source.id}`);
});

test('of two streams at one port one is taken; the other and what is no stream are counted', async () => {
	const [port] = await freePorts(1);
	const taker = new GstLaunch(
		`udpsrc address=127.0.0.1 port=${port} caps=application/x-rtp !
		r58rtpport name=p caps=application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS !
		rtpjitterbuffer latency=40 ! rtpopusdepay ! opusdec ! fakesink sync=false async=false`.replace(/\s+/g, ' '),
	);
	const first = new GstLaunch(tone(97, port!));
	await until(() => (taker.stats().packets ?? 0) > 20, { what: 'the first stream' });
	assert.is(taker.stats().leftOut, 0);
	const second = new GstLaunch(tone(98, port!));
	await until(() => (taker.stats().leftOut ?? 0) > 20, { what: 'the second stream to be left out' });
	assert.is(taker.stats().payloadType, 97);
	await first.kill();
	await until(() => taker.stats().payloadType === 98, { what: 'the second stream to be taken' });
	await second.kill();
	const { leftOut, packets } = taker.stats();
	// An RTCP sender report, as of a sender that has but one port; told with the next packet of a stream.
	const socket = createSocket('udp4');
	const report = Buffer.concat([Buffer.from([0x80, 200, 0, 6]), Buffer.alloc(24, 1)]);
	for (let n = 0; n < 25; n += 1) await new Promise((resolve) => socket.send(report, port!, '127.0.0.1', resolve));
	socket.close();
	new GstLaunch(tone(98, port!));
	await until(() => taker.stats().packets! > packets! + 20, { what: 'the stream afterwards' });
	assert.is(taker.stats().leftOut, leftOut! + 25);
});

test.run();
