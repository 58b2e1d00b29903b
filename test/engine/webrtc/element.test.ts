import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { checkOffer, finishAnswer, type OfferRules } from '../../../service/rtc/sdp.js';
import { colourDistance, parseColour } from '../../tools/engine/counter.js';
import { Pipeline } from '../../tools/engine/pipeline.js';
import { onThisMachine } from '../../tools/net/offers.js';
import { TestBrowser, untilColour } from '../../tools/page/browser.js';
import { timedSuite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

export const alone = true;

const test = timedSuite('webrtc');
const red = '#cc2222';
const sender = `
	videotestsrc is-live=true pattern=solid-color foreground-color=0xffcc2222 ! video/x-raw,width=640,height=360,framerate=30/1
	! videoconvert ! video/x-raw,format=I420,colorimetry=bt709
	! x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max=300 aud=false
	! video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 mtu=1200 config-interval=-1 aggregate-mode=zero-latency ! rtc.video
	audiotestsrc is-live=true freq=550 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97 ! rtc.audio_main
	r58webrtc name=rtc mode=send max-peers=3`;

// Runs from dist; peer.js stays where it was written.
const peerCode = readFileSync(new URL('../../../../test/tools/page/peer.js', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'r58-webrtc-'));
const decoders = {
	H264: 'rtph264depay ! avdec_h264 thread-type=slice',
	VP8: 'rtpvp8depay ! vp8dec',
};
/** Decoded pictures, each in place of the last. */
const pictureFile = join(folder, 'guest.yuv');
const receiver = (codec: keyof typeof decoders) => `
	r58webrtc name=rtc mode=receive
	rtc.video_src ! ${decoders[codec]} ! videoconvert ! videoscale ! video/x-raw,format=RGBA,width=64,height=36
	! multifilesink location=${pictureFile} async=false
	rtc.audio_src ! rtpopusdepay ! opusdec ! fakesink async=false`;

let server: Server;
let browser: TestBrowser;
let url: string;
let pipeline: Pipeline;
const pages: Page[] = [];

test.before(async () => {
	// A page of loopback is a secure context, which capture needs.
	server = createServer((_, response) =>
		response.setHeader('content-type', 'text/html').end('<!doctype html><video autoplay muted>'),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	browser = await TestBrowser.start({ camera: { colour: red }, microphone: { toneHz: 440 } });
});
test.after(async () => {
	await browser?.close();
	server?.close();
	rmSync(folder, { recursive: true, force: true });
});
test.after.each(async () => {
	await Promise.all(pages.splice(0).map((page) => page.close()));
	await pipeline?.stop();
});

async function open(): Promise<Page> {
	const page = await browser.page(url);
	pages.push(page);
	await page.addScriptTag({ content: peerCode });
	return page;
}

/** Runs one of the functions of tools/page/peer.js in the page. */
function peer<T>(page: Page, call: string, argument?: string): Promise<T> {
	return page.evaluate(`r58peer.${call}(${argument === undefined ? '' : JSON.stringify(argument)})`);
}

const offerToWatch = (page: Page) => peer<string>(page, 'offerToWatch');
const framesOf = (page: Page) => peer<number>(page, 'frames');
const statsOf = (page: Page, type: string) => peer<Record<string, number>[]>(page, 'stats', type);
const leave = (page: Page) => peer(page, 'close');

/** Offer to connected; `change` tampers with what the element is told. */
async function connect(page: Page, id: string, offer: string, rules: OfferRules, change: object = {}): Promise<void> {
	const checked = checkOffer(offer, rules);
	const answer = pipeline.waitEvent('answer', (body) => body.id === id);
	pipeline.command('rtc', {
		op: 'add',
		id,
		sdp: checked.offer,
		fingerprint: checked.fingerprint,
		video: checked.video ?? null,
		audio: checked.audio ? { pt: checked.audio.pt, pad: 'audio_main' } : null,
		...change,
	});
	const sdp = finishAnswer((await answer).sdp, checked);
	await peer(page, 'answer', sdp);
}

async function watch(page: Page, id: string): Promise<void> {
	const connected = pipeline.waitEvent('connected', (body) => body.id === id);
	await connect(page, id, await offerToWatch(page), { direction: 'watch', way: onThisMachine });
	await connected;
}

async function publish(page: Page, id: string, codec: string): Promise<void> {
	const connected = pipeline.waitEvent('connected', (body) => body.id === id);
	await connect(page, id, await peer(page, 'offerToPublish', codec), { direction: 'publish', way: onThisMachine });
	await connected;
}

async function untilAdvancing(page: Page): Promise<void> {
	const from = await framesOf(page);
	await until(async () => (await framesOf(page)) > from + 10, { what: 'ten more frames' });
}

/** Open files and threads of the pipeline's process. */
function held(): { fds: number; threads: number } {
	const count = (name: string) => readdirSync(`/proc/${pipeline.pid}/${name}`).length;
	return { fds: count('fd'), threads: count('task') };
}

test('two viewers see and hear one encode; one leaves, the other goes on', async () => {
	pipeline = await new Pipeline().start(sender);
	const [first, second] = [await open(), await open()];
	await watch(first, 'one');
	await watch(second, 'two');
	for (const page of [first, second]) {
		const seen = await untilColour(page.locator('video'), [0.5, 0.5], parseColour(red));
		assert.equal([seen.width, seen.height], [640, 360]);
		await until(async () => (await statsOf(page, 'inbound-rtp')).every(({ packetsReceived }) => packetsReceived! > 10), {
			what: 'sound',
		});
	}
	const gone = pipeline.waitEvent('gone');
	await leave(first);
	assert.equal(await gone, { id: 'one', reason: 'closed by the peer' });
	await untilAdvancing(second);
	assert.equal(pipeline.errors, []);
});

test('a viewer whose browser is killed is gone within 15 s, the other goes on', async () => {
	pipeline = await new Pipeline().start(sender);
	const stays = await open();
	await watch(stays, 'stays');
	const victim = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
	try {
		const page = await (await chromium.connect(victim.wsEndpoint())).newPage();
		await page.goto(url);
		await page.addScriptTag({ content: peerCode });
		await watch(page, 'victim');
		await untilAdvancing(page);
	} finally {
		await victim.kill();
	}
	const { reason } = await pipeline.waitEvent('gone', ({ id }) => id === 'victim');
	assert.match(reason, /silent for 13 s|closed by the peer/);
	await untilAdvancing(stays);
});

test('a certificate that is not the one of the offer gets no media', async () => {
	pipeline = await new Pipeline().start(sender);
	const page = await open();
	const gone = pipeline.waitEvent('gone');
	const fingerprint = `sha-256 ${Array(32).fill('AA').join(':')}`;
	await connect(page, 'forged', await offerToWatch(page), { direction: 'watch', way: onThisMachine }, { fingerprint });
	assert.match((await gone).reason, /^DTLS fingerprint mismatch/);
	assert.is(await framesOf(page), 0);
	assert.not.ok(pipeline.events.some(({ name }) => name === 'connected'));
});

test('more viewers than allowed are refused as full', async () => {
	pipeline = await new Pipeline().start(sender);
	const page = await open();
	for (const id of ['one', 'two', 'three'])
		await connect(page, id, await offerToWatch(page), { direction: 'watch', way: onThisMachine });
	const failed = pipeline.waitEvent('failed');
	const { offer, fingerprint, video } = checkOffer(await offerToWatch(page), { direction: 'watch', way: onThisMachine });
	pipeline.command('rtc', { op: 'add', id: 'four', sdp: offer, fingerprint, video, audio: null });
	assert.equal(await failed, { id: 'four', reason: 'full' });
});

test('a command that makes no sense is refused with the reason', async () => {
	pipeline = await new Pipeline().start(sender);
	const refused = async (command: object) => {
		const event = pipeline.waitEvent('refused');
		pipeline.command('rtc', command);
		return (await event).reason;
	};
	assert.match(await refused({ op: 'sing' }), /op must be/);
	assert.match(await refused({ op: 'remove', id: 'nobody' }), /no such peer/);
	assert.match(await refused({ op: 'add', id: 'x' }), /sdp and fingerprint/);
	const rest = { op: 'add', id: 'x', sdp: 'v=0', fingerprint: 'sha-256 AA' };
	assert.match(await refused({ ...rest, audio: { pt: 111, pad: 'audio_other' } }), /names no pad/);
	assert.match(await refused({ ...rest, video: { pt: 200 } }), /0 to 127/);
});

test('twenty joins and leaves leave no file, thread or peer behind', async () => {
	pipeline = await new Pipeline().start(sender);
	const page = await open();
	const round = async (id: string) => {
		await watch(page, id);
		const gone = pipeline.waitEvent('gone', (body) => body.id === id);
		if (Number(id) % 2) await leave(page);
		else pipeline.command('rtc', { op: 'remove', id });
		await gone;
		await pipeline.waitEvent('stats', ({ removals, peers }) => removals === 0 && peers.length === 0);
	};
	// What the first ones leave is made once a process.
	for (const id of ['0', '1']) await round(id);
	const before = held();
	for (let id = 2; id < 22; id++) await round(String(id));
	await until(() => held().threads <= before.threads && held().fds <= before.fds, {
		what: `${JSON.stringify(before)} as before`,
	}).catch(() => assert.equal(held(), before));
});

for (const codec of ['H264', 'VP8'] as const) {
	test(`a guest with ${codec} is seen and heard, at more than a starved rate`, async () => {
		pipeline = await new Pipeline().start(receiver(codec));
		const page = await open();
		await publish(page, 'guest', codec);
		const pixel = await until(() => readFileSync(pictureFile).subarray((18 * 64 + 32) * 4), { what: 'a picture' });
		assert.ok(colourDistance([pixel[0]!, pixel[1]!, pixel[2]!], parseColour(red)) <= 32, `${[...pixel.subarray(0, 3)]}`);
		const { peers } = await pipeline.waitEvent('stats', (body) => body.peers[0]?.packets > 100);
		assert.is(peers[0].state, 'connected');
		// Packets in order are not held back by the loss limit of 200 ms.
		const { peers: later } = await pipeline.waitEvent('stats');
		assert.ok(later[0].heldMs < 100, `${later[0].heldMs} ms`);
		await until(async () => (await statsOf(page, 'candidate-pair')).some((pair) => pair.availableOutgoingBitrate! > 1e6), {
			what: 'an estimate over 1 Mbit/s',
		});
		const gone = pipeline.waitEvent('gone');
		await leave(page);
		assert.equal(await gone, { id: 'guest', reason: 'closed by the peer' });
		assert.equal(pipeline.errors, []);
	});
}

test('a new connection takes over the seat of a guest, whose picture goes on', async () => {
	pipeline = await new Pipeline().start(receiver('H264'));
	const [old, young] = [await open(), await open()];
	await publish(old, 'old', 'H264');
	const gone = pipeline.waitEvent('gone');
	await publish(young, 'young', 'H264');
	assert.match((await gone).reason, /replaced/);
	const { packetsIn } = await pipeline.waitEvent('stats');
	await pipeline.waitEvent('stats', (body) => body.packetsIn > packetsIn + 50 && body.peers[0].id === 'young');
	assert.equal(pipeline.errors, []);
});

test.run();
