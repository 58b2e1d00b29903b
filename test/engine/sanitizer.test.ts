import * as assert from 'uvu/assert';
import { checkOffer, finishAnswer, type OfferRules } from '../../service/rtc/sdp.js';
import { buildDriver, Driver } from '../tools/engine/driver.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { Pipeline } from '../tools/engine/pipeline.js';
import { onThisMachine } from '../tools/net/offers.js';
import { test } from '../tools/suite.js';

/**
 * The plugin with address and undefined behaviour sanitizer and GStreamer's leaks tracer: every element does what it does in a
 * show, and no report may name our code. Reports of other people's libraries are passed over.
 */
const name = `r58.sanitized-${process.pid}`;
const video = 'video/x-raw,format=I420,width=320,height=180,framerate=30/1';
const h264 = 'video/x-h264,stream-format=byte-stream,alignment=au';

/** What one case runs. */
class Cast {
	#peers: LightPeers | null = null;
	readonly #drivers: Driver[] = [];
	readonly #pipelines: Pipeline[] = [];

	get peers(): LightPeers {
		this.#peers ??= new LightPeers();
		return this.#peers;
	}

	drive(launch: string): Driver {
		const driver = new Driver(launch.replace(/\s+/g, ' '));
		this.#drivers.push(driver);
		return driver;
	}

	async helper(launch: string): Promise<Pipeline> {
		const pipeline = await new Pipeline().start(launch);
		this.#pipelines.push(pipeline);
		return pipeline;
	}

	async end(): Promise<void> {
		for (const driver of this.#drivers) await driver.kill();
		for (const pipeline of this.#pipelines) pipeline.kill();
		this.#peers?.stop();
	}
}

type Case = (cast: Cast) => Promise<void>;
const cases = new Map<string, Case>();
const results = new Map<string, Promise<unknown>>();

/** Cases wait a lot for what they run, each in processes of its own: so many at a time. */
const TOGETHER = 3;

function sanitized(name: string, body: Case): void {
	cases.set(name, body);
	test(name, async () => {
		const error = await results.get(name);
		if (error) throw error;
	});
}

test.before(async () => {
	await buildDriver();
	const runs: Promise<unknown>[] = [];
	for (const [name, body] of cases) {
		const run = async (): Promise<void> => {
			const cast = new Cast();
			await body(cast).finally(() => cast.end());
		};
		// The result of the one it waits for is told by that one.
		runs.push((runs.at(-TOGETHER) ?? Promise.resolve()).then(run).catch((error: unknown) => error));
		results.set(name, runs.at(-1)!);
	}
});

async function clean(...list: Driver[]): Promise<void> {
	const found = await Promise.all(list.map((driver) => driver.findings()));
	assert.equal(found.flat(), []);
}

const frames = (n: number) => (body: Record<string, number>) => (body.frames ?? body.buffers ?? 0) > n;

sanitized('test source: picture, sound, commands', async (cast) => {
	const source = cast.drive(
		`r58testsrc name=t flash=true video-caps="${video}" t.video ! fakesink async=false t.audio ! fakesink async=false`,
	);
	source.command('t', '{');
	source.command('t', { op: 'nothing' });
	await source.event('stats', frames(30));
	await clean(source);
});

sanitized('raw link: readers that come, die and freeze, a writer that comes back', async (cast) => {
	const address = `${name}.raw`;
	const writerText = `r58testsrc name=t video-caps="${video}" t.video ! r58linksink name=w address=${address} t.audio ! fakesink async=false`;
	const readerText = `r58linksrc name=r address=${address} caps="${video}" ! queue ! fakesink async=false`;
	const writer = cast.drive(writerText);
	const [reader, dies, freezes] = [cast.drive(readerText), cast.drive(readerText), cast.drive(readerText)];
	await writer.event('stats', ({ readers }) => readers === 3);
	await dies.kill();
	freezes.signal('SIGSTOP');
	await writer.event('stats', ({ readers }) => readers === 1);
	await clean(writer);
	const again = cast.drive(writerText);
	await again.event('stats', ({ readers }) => readers === 1);
	await clean(again, reader);
});

sanitized('encoded link: a late reader starts at a key frame, one dies in the middle', async (cast) => {
	const address = `${name}.h264`;
	const writer = cast.drive(
		`videotestsrc is-live=true ! ${video} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 !
		${h264},profile=constrained-baseline ! r58linksink name=w mode=encoded address=${address}`,
	);
	await writer.event('stats', frames(20));
	const readerText = (start: string) =>
		`r58linksrc name=r mode=encoded start=${start} address=${address} caps="${h264}" ! fakesink async=false`;
	const [reader, dies] = [cast.drive(readerText('key')), cast.drive(readerText('live'))];
	await writer.event('stats', ({ readers }) => readers === 2);
	await dies.kill();
	await reader.event('stats', frames(30));
	await clean(reader, writer);
});

sanitized('mixer: slots, scenes, transitions, sound, N-1, every kind of loss, nonsense', async (cast) => {
	const links = (slot: number) =>
		`t${slot}.video ! r58linksink address=${name}.${slot}.video t${slot}.audio ! r58linksink address=${name}.${slot}.audio`;
	const source = (slot: number, w = 320, h = 180) =>
		`r58testsrc name=t${slot} video-caps="${video.replace('320', String(w)).replace('180', String(h))}" ${links(slot)}`;
	const [first] = [await cast.helper(source(0)), await cast.helper(source(1, 640, 360)), await cast.helper(source(2, 162, 122))];
	const mixer = cast.drive(
		`r58mixer name=m slots=6 caps="${video}" m.video ! fakesink async=false m.audio ! fakesink async=false m.n1_1 ! fakesink async=false`,
	);
	const boxes = [0, 1, 2].map((slot) => ({
		slot,
		x: (slot % 2) / 2,
		y: slot > 1 ? 0.5 : 0,
		w: 0.5,
		h: 0.5,
		border: [3, '#ff8000'],
	}));
	for (const slot of [0, 1, 2])
		mixer.command('m', {
			op: 'slot',
			slot,
			video: `${name}.${slot}.video`,
			audio: `${name}.${slot}.audio`,
			delayMs: slot === 2 ? 500 : 50,
			onLoss: 'backup',
			backupSlot: (slot + 1) % 3,
		});
	for (const slot of [0, 1, 2]) await mixer.event('slot', (e) => e.slot === slot && e.video === 'live');
	let id = 0;
	const show = async (layers: object[], rest: object = {}) => {
		mixer.command('m', { op: 'program', id: `p${++id}`, layers, ...rest });
		await mixer.event('transition-end', (e) => e.id === `p${id}`);
	};
	await show(boxes, { gains: [1, 0.5, 0] });
	for (const kind of ['mix', 'dip', 'wipe'])
		await show([{ slot: id % 3, x: -0.2, w: 1.3, fit: 'cover', alpha: 0.5 }, ...boxes], { transition: { kind, frames: 8 } });
	await show([{ slot: -1 }, { slot: 5 }, { slot: 0, crop: [0.1, 0.2, 0.3, 0.1] }]);
	mixer.command('m', { op: 'audio', gains: [1, 0, 0], pans: [-1, 1, 0], delaysMs: [100, 0, 50], master: 0.7, rampMs: 50 });
	first.kill();
	await mixer.event('slot', (e) => e.slot === 0 && e.video === 'lost' && e.audio === 'lost');
	await show(boxes, { transition: { kind: 'mix', frames: 5 } });
	mixer.command('m', { op: 'slot', slot: 0, onLoss: 'slate' });
	await show(boxes, { transition: { kind: 'mix', frames: 5 } });
	for (const nonsense of ['{', '[]', '{"op":"x"}', '{"op":"slot","slot":0,"backupSlot":0}', '{"op":"program","layers":[{}]}'])
		mixer.command('m', nonsense);
	mixer.command('m', { op: 'slot', slot: 1, video: null, audio: null });
	await show(boxes);
	await clean(mixer);
});

async function connect(driver: Driver, id: string, offer: string, rules: OfferRules, change: object = {}): Promise<string> {
	const checked = checkOffer(offer, rules);
	driver.command('rtc', {
		op: 'add',
		id,
		sdp: checked.offer,
		fingerprint: checked.fingerprint,
		video: checked.video ?? null,
		audio: checked.audio ? { pt: checked.audio.pt, pad: 'audio_main' } : null,
		...change,
	});
	return finishAnswer((await driver.event('answer', (e) => e.id === id)).sdp, checked);
}

sanitized('WebRTC to viewers: join, leave, removed, forged, nonsense', async (cast) => {
	const sender = cast.drive(
		`videotestsrc is-live=true ! ${video} ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=30 !
		video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 mtu=1200 config-interval=-1 ! rtc.video
		audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=97 ! rtc.audio_main
		r58webrtc name=rtc mode=send max-peers=4`,
	);
	await sender.event('playing');
	const joined = [];
	for (const id of ['removed', 'stays'])
		joined.push(await cast.peers.add((offer) => connect(sender, id, offer, { direction: 'watch', way: onThisMachine })));
	for (const id of ['removed', 'stays']) await sender.event('connected', (e) => e.id === id);
	const fingerprint = `sha-256 ${Array(32).fill('AA').join(':')}`;
	await cast.peers
		.add((offer) => connect(sender, 'forged', offer, { direction: 'watch', way: onThisMachine }, { fingerprint }))
		.catch(() => {});
	await sender.event('gone', (e) => e.id === 'forged');
	sender.command('rtc', { op: 'remove', id: 'removed' });
	sender.command('rtc', { op: 'add', id: 'nonsense', sdp: 'v=0', fingerprint: 'sha-256 AA', video: { pt: 96 } });
	sender.command('rtc', '{');
	await sender.event('gone', (e) => e.id === 'removed');
	assert.ok((await cast.peers.received(joined[1]!)) > 0);
	// One is still there when the pipeline ends.
	await clean(sender);
});

sanitized('WebRTC from a guest, and the next who takes the seat', async (cast) => {
	const receiver = cast.drive(
		`r58webrtc name=rtc mode=receive rtc.video_src ! rtph264depay ! fakesink async=false
		rtc.audio_src ! rtpopusdepay ! fakesink async=false`,
	);
	await receiver.event('playing');
	for (const id of ['old', 'young']) {
		await cast.peers.addSender((offer) => connect(receiver, id, offer, { direction: 'publish', way: onThisMachine }));
		await receiver.event('stats', (body) =>
			body.peers?.some((peer: { id: string; packets: number }) => peer.id === id && peer.packets > 20),
		);
	}
	await receiver.event('gone', (e) => e.id === 'old');
	await clean(receiver);
});

test.run();
