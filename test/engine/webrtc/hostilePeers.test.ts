import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { checkOffer, finishAnswer, type OfferRules } from '../../../service/rtc/sdp.js';
import { LightPeers } from '../../tools/engine/lightPeers.js';
import { payloadTypes } from '../../tools/engine/lightPeersChild.js';
import { type EventBody, Pipeline } from '../../tools/engine/pipeline.js';
import { onThisMachine } from '../../tools/net/offers.js';
import { suite } from '../../tools/suite.js';
import { pause, until } from '../../tools/wait.js';

/**
 * Peers that ask for more than their due: the process that serves them keeps its threads, its memory and its bytes, and the
 * others their picture. Peers that only have nothing to say stay.
 */
interface Context {
	sender: Pipeline;
	receiver: Pipeline;
	peers: LightPeers;
}
const test = suite<Context>('hostile peers');

/** Key frames only when they are asked for. */
const senderText = `
	videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=30/1
	! x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 key-int-max=100000 ! video/x-h264,profile=constrained-baseline
	! rtph264pay pt=96 mtu=1200 config-interval=-1 aggregate-mode=zero-latency ! rtc.video
	audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97 ! rtc.audio_main
	r58webrtc name=rtc mode=send max-peers=8`;
const receiverText = (decoder = '') => `
	r58webrtc name=rtc mode=receive rtc.video_src ! rtph264depay ! h264parse ! ${decoder} fakesink async=false sync=false
	rtc.audio_src ! rtpopusdepay ! fakesink async=false sync=false`;

test.before(async (context) => {
	context.sender = await new Pipeline().start(senderText);
	context.receiver = await new Pipeline().start(receiverText());
	context.peers = new LightPeers();
});
test.after(({ sender, receiver, peers }) => {
	peers?.stop();
	sender?.kill();
	receiver?.kill();
});

let count = 0;

/** Takes an offer to a pipeline and brings the answer. */
function signal(pipeline: Pipeline, direction: OfferRules['direction'], ids: string[] = []) {
	return async (offer: string): Promise<string> => {
		const checked = checkOffer(offer, { direction, way: onThisMachine });
		const id = `peer-${count++}`;
		ids.push(id);
		const answer = pipeline.waitEvent('answer', (body) => body.id === id);
		pipeline.command('rtc', {
			op: 'add',
			id,
			sdp: checked.offer,
			fingerprint: checked.fingerprint,
			video: checked.video ?? null,
			audio: checked.audio ? { pt: checked.audio.pt, pad: 'audio_main' } : null,
		});
		return finishAnswer((await answer).sdp, checked);
	};
}

const view = ({ sender, peers }: Context) => peers.add(signal(sender, 'watch'));
const viewMute = ({ sender, peers }: Context) => peers.addMute(signal(sender, 'watch'));
const sit = ({ receiver, peers }: Context) => peers.addQuiet(signal(receiver, 'publish'));
const stats = (pipeline: Pipeline, fits: (body: EventBody) => boolean = () => true) => pipeline.waitEvent('stats', fits);
const anySsrc = () => randomBytes(4).readUInt32BE();

/** Threads and MB of a process. */
function held(pipeline: Pipeline): { threads: number; rssMb: number } {
	const status = readFileSync(`/proc/${pipeline.pid}/status`, 'utf8');
	return {
		threads: readdirSync(`/proc/${pipeline.pid}/task`).length,
		rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
	};
}

function rtcp(type: number, count: number, words: number[]): Buffer {
	const packet = Buffer.alloc(4 + 4 * words.length);
	packet[0] = 0x80 | count;
	packet[1] = type;
	packet.writeUInt16BE(words.length, 2);
	for (const [i, word] of words.entries()) packet.writeUInt32BE(word >>> 0, 4 + 4 * i);
	return packet;
}
const senderReport = (ssrc: number) => rtcp(200, 0, [ssrc, 0xe0000000, 0, 0, 0, 0]);
const describe = (ssrc: number) => rtcp(202, 1, [ssrc, 0x01026162, 0]);
const nack = (media: number, entries: number[]) => rtcp(205, 1, [1, media, ...entries]);

function rtp(ssrc: number, payload: Buffer, { type = payloadTypes.video, time = 1000 } = {}): Buffer {
	const packet = Buffer.concat([Buffer.alloc(12), payload]);
	packet[0] = 0x80;
	packet[1] = type;
	packet.writeUInt32BE(time >>> 0, 4);
	packet.writeUInt32BE(ssrc, 8);
	return packet;
}
const slice = Buffer.concat([Buffer.from([0x41]), Buffer.alloc(100)]);

/** Reports and media of so many senders. */
function crowd(size: number, ...others: number[]): Buffer[] {
	const ssrcs = [...Array.from({ length: size }, anySsrc), ...others];
	return ssrcs.flatMap((ssrc) => [senderReport(ssrc), describe(ssrc), rtp(ssrc, slice)]);
}

for (const [who, sit58, pipelineOf] of [
	['viewer', viewMute, ({ sender }: Context) => sender],
	['guest', sit, ({ receiver }: Context) => receiver],
] as const)
	test(`reports and media of a thousand senders from one ${who} make neither threads nor memory`, async (context) => {
		const { peers } = context;
		const pipeline = pipelineOf(context);
		const others = who === 'viewer' ? [await view(context)] : [];
		const id = await sit58(context);
		await stats(pipeline, (body) => body.peers.some((peer: EventBody) => peer.state === 'connected'));
		// Those that are let in.
		const { refusedRtcp: already } = await stats(pipeline);
		await peers.send(id, 'video', crowd(40));
		const { refusedRtcp } = await stats(pipeline, (body) => body.refusedRtcp > already + 40);
		await pause(500);
		const before = held(pipeline);
		const ours = who === 'viewer' ? [(await peers.counted(id)).video.ssrc] : [];
		for (let i = 0; i < 5; i++) {
			await peers.send(id, 'video', crowd(66, ...ours));
			// As many compounds as a peer may send.
			await pause(600);
		}
		await stats(pipeline, (body) => body.refusedRtcp > refusedRtcp + 300);
		const now = held(pipeline);
		// One or two come and go.
		assert.ok(now.threads <= before.threads + 2, `${now.threads} threads, ${before.threads} before`);
		assert.ok(now.rssMb < before.rssMb + 6, `${now.rssMb} MB, ${before.rssMb} before`);
		for (const other of others) {
			const from = await peers.received(other);
			await until(async () => (await peers.received(other)) > from + 20, { what: 'the other viewer’s packets' });
			peers.close(other);
		}
		peers.close(id);
	});

test('a report that is shorter than it says is no report', async (context) => {
	const { sender, peers } = context;
	const id = await viewMute(context);
	const { refusedRtcp } = await stats(sender);
	const bad = [
		rtcp(201, 31, [77]),
		rtcp(200, 31, [77, 0, 0, 0, 0, 0]),
		rtcp(203, 31, [77]),
		rtcp(202, 31, [77, 0x08ff0000]),
		rtcp(206, 4, [77, 1, 5]),
		Buffer.from([0x80, 201, 0xff, 0xff, 0, 0, 0, 77]),
	];
	// Behind a report that is one.
	const compounds = bad.map((packet) => Buffer.concat([rtcp(201, 0, [77]), packet]));
	await peers.send(id, 'video', compounds, 5);
	const { peers: all } = await stats(sender, (body) => body.refusedRtcp >= refusedRtcp + 25);
	for (const peer of all) assert.equal([peer.rttMs, peer.lossPct], [undefined, undefined]);
	peers.close(id);
});

test('a packet is sent again once a round trip, and no more than a quarter of what was sent', async (context) => {
	const { sender, peers } = context;
	const id = await viewMute(context);
	const sent = await until(async () => ((await peers.counted(id)).video.bytes > 60_000 ? peers.counted(id) : null), {
		what: 'some picture',
	});
	const { ssrc, sequence } = sent.video;
	// The same packet twenty times in one moment; an honest viewer asks once.
	await peers.send(id, 'video', [nack(ssrc, [(sequence - 3) << 16])], 20);
	await until(async () => (await peers.counted(id)).resent.packets > 0, { what: 'the packet again' });
	await pause(300);
	assert.ok((await peers.counted(id)).resent.packets <= 2, `${(await peers.counted(id)).resent.packets} times`);

	const { refusedResends } = await stats(sender);
	for (let i = 0; i < 30; i++) {
		const { video } = await peers.counted(id);
		const entries = Array.from({ length: 6 }, (_, n) => (((video.sequence - 17 * (n + 1)) & 0xffff) << 16) | 0xffff);
		await peers.send(id, 'video', [nack(video.ssrc, entries)]);
		await pause(110);
	}
	await stats(sender, (body) => body.refusedResends > refusedResends + 500);
	const { video, resent } = await peers.counted(id);
	// What a peer has at the beginning, for a first key frame that was lost.
	const first = 50_000;
	assert.ok(resent.bytes <= video.bytes / 4 + first, `${resent.bytes} bytes again of ${video.bytes}`);
	assert.ok(resent.bytes > video.bytes / 20, `${resent.bytes} bytes again of ${video.bytes}`);
	peers.close(id);
});

test('who asks for key frames all the time gets one each 2.5 s; who joins gets one at once', async (context) => {
	const { sender, peers } = context;
	const watches = await view(context);
	const begun = await until(async () => (await peers.keys(watches)).length > 0 && peers.keys(watches), { what: 'the first' });
	const asking = setInterval(() => peers.askAll(), 40);
	// By RTP time, 90,000 a second, however slow the machine.
	const seconds = 8;
	const startedAt = (await peers.counted(watches)).time;
	await until(async () => ((await peers.counted(watches)).time - startedAt) >>> 0 > seconds * 90_000, {
		what: `${seconds} s of picture`,
		everyMs: 200,
	});
	clearInterval(asking);
	const keys = (await peers.keys(watches)).length - begun.length;
	// Both ask, and what one is given the other has too.
	assert.ok(keys >= 2 && keys <= Math.ceil(seconds / 2.5) + 1, `${keys} key frames in ${seconds} s`);
	const joins = await view(context);
	await until(async () => (await peers.keys(joins)).length > 0, { what: 'a key frame for who joins', timeoutMs: 2000 });
	assert.ok((await stats(sender)).refusedKeys > 20);
	for (const id of [watches, joins]) peers.close(id);
});

test('a picture that never ends takes no memory', async (context) => {
	const { receiver, peers } = context;
	const id = await sit(context);
	const fragment = (start: number) => Buffer.concat([Buffer.from([0x7c, start | 5]), randomBytes(1150)]);
	const part = [1, 2, 3, 4].map((time) => rtp(1, fragment(0), { time }));
	await peers.send(id, 'video', [rtp(1, fragment(0x80)), ...part]);
	const before = held(receiver);
	await peers.send(id, 'video', part, 7000);
	await stats(receiver, (body) => body.videoOverlong > 0);
	const { rssMb } = held(receiver);
	assert.ok(rssMb < before.rssMb + 16, `${rssMb} MB, ${before.rssMb} before, after 32 MB`);
	peers.close(id);
});

test('a decoder that is slower than its guest leaves pictures out and is never a second and a half behind', async () => {
	const receiver = await new Pipeline().start(receiverText('identity sleep-time=150000 !'));
	const peers = new LightPeers();
	try {
		await peers.addSender(signal(receiver, 'publish'));
		await stats(receiver, (body) => body.videoDropped > 0);
		const from = receiver.events.length;
		const { videoDropped } = await stats(receiver);
		await stats(receiver, (body) => body.videoDropped > videoDropped + 20);
		const waits = receiver.events.slice(from).flatMap(({ name, body }) => (name === 'stats' ? [body.videoWaitMs as number] : []));
		assert.ok(Math.max(...waits) < 1500, `${waits}`);
	} finally {
		peers.stop();
		receiver.kill();
	}
});

test('who answers STUN stays, with nothing to send or to report; who does not is ended; a process that stood still ends nobody', async (context) => {
	const { sender, peers } = context;
	const receivers: Pipeline[] = [];
	for (let i = 0; i < 3; i++) receivers.push(await new Pipeline().start(receiverText()));
	const [quietly, loses, stopped] = receivers as [Pipeline, Pipeline, Pipeline];
	const frozen = new LightPeers();
	const guests = new LightPeers();
	const sendsOn = new LightPeers();
	const ids: string[] = [];
	const frozenIds: string[] = [];
	try {
		await peers.addMute(signal(sender, 'watch', ids));
		await guests.addSender(signal(quietly, 'publish', ids));
		await stats(quietly, (body) => body.peers[0]?.packets > 20 && body.peers[0].videoQuiet === false);
		await sendsOn.addSender(signal(stopped, 'publish'));
		// Reports have come too, and made what they make.
		const { peers: seated } = await stats(stopped, (body) => body.peers[0]?.packets > 200);
		const before = { ...held(stopped), ...seated[0] };
		process.kill(stopped.pid, 'SIGSTOP');
		guests.pause();
		await frozen.add(signal(sender, 'watch', frozenIds));
		await frozen.addSender(signal(loses, 'publish', frozenIds));
		frozen.freeze();
		const gone = [sender, loses].map((pipeline, i) => pipeline.waitEvent('gone', ({ id }) => id === frozenIds[i], 40_000));
		for (const { reason } of await Promise.all(gone)) assert.match(reason, /silent for 13 s/);
		process.kill(stopped.pid, 'SIGCONT');
		const from = stopped.events.length;
		await stats(stopped, (body) => body.peers[0]?.packets > before.packets + 60);
		const after = stopped.events.slice(from);
		assert.not.ok(after.some(({ name }) => name === 'gone'));
		const waits = after.flatMap(({ name, body }) => (name === 'stats' ? [body.videoWaitMs as number] : []));
		assert.ok(Math.max(...waits.slice(1)) < 1500, `${waits}`);
		const { threads, rssMb } = held(stopped);
		assert.ok(
			threads <= before.threads + 2 && rssMb < before.rssMb + 16,
			`${threads} threads and ${rssMb} MB, ${before.threads} and ${before.rssMb} before`,
		);

		const quiet = await stats(quietly);
		assert.equal(
			quiet.peers.map(({ id, state, videoQuiet, audioQuiet }: EventBody) => ({ id, state, videoQuiet, audioQuiet })),
			[{ id: ids[1], state: 'connected', videoQuiet: true, audioQuiet: true }],
		);
		assert.ok((await stats(sender)).peers.some(({ id, state }: EventBody) => id === ids[0] && state === 'connected'));
		guests.resume();
		await stats(quietly, (body) => body.peers[0]?.packets > quiet.peers[0].packets + 20 && !body.peers[0].videoQuiet);
	} finally {
		frozen.stop();
		guests.stop();
		sendsOn.stop();
		for (const receiver of receivers) receiver.kill();
	}
});

test.run();
