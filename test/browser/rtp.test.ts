import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Source } from '../../service/contract/sources.js';
import type { Target } from '../../service/contract/targets.js';
import { colourAt, colourDistance, parseColour, readCounter } from '../tools/engine/counter.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { frames, sound } from '../tools/engine/media.js';
import { bandDb, channelOf } from '../tools/engine/tones.js';
import { freePorts } from '../tools/net/ports.js';
import { TestBrowser, untilColour, untilHeard } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { test } from '../tools/suite.js';
import { until, within } from '../tools/wait.js';

export const alone = true;

/** Programs outside: gst-launch-1.0 sends plain RTP, ffmpeg takes it. */
const folder = mkdtempSync(join(tmpdir(), 'r58-rtp-'));
const sentColour = '#20a040';
const sentHz = 1320;
let service = await TestService.start();
await service.onAir();
const browser = await TestBrowser.start();
const [videoPort, audioPort, outVideoPort, outAudioPort, otherPort] = await freePorts(5);

const colour = (0xff000000 + Number.parseInt(sentColour.slice(1), 16)).toString();
const videoOf = {
	h264: 'x264enc tune=zerolatency key-int-max=30 ! rtph264pay config-interval=-1',
	vp8: 'vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay',
};

function sender(codec: keyof typeof videoOf, { picture = true, tone = true } = {}): GstLaunch {
	return new GstLaunch(
		(picture
			? `videotestsrc is-live=true pattern=solid-color foreground-color=${colour} ! video/x-raw,width=320,height=180,framerate=25/1,colorimetry=${codec === 'vp8' ? 'bt601' : 'bt709'} ! ${videoOf[codec]} ! udpsink host=127.0.0.1 port=${videoPort} `
			: '') +
			(tone
				? `audiotestsrc is-live=true freq=${sentHz} volume=0.2 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! udpsink host=127.0.0.1 port=${audioPort}`
				: ''),
	);
}

async function stateOf(id: string, state: Source['state']): Promise<void> {
	await service.waitState(({ sources }) => sources[id]?.state === state, `${id} to be ${state}`);
}

const make = (body: object) => service.api<Source>('POST', '/api/sources', body);

for (const codec of ['h264', 'vp8'] as const) {
	test(`what gst-launch sends in ${codec} and Opus is seen and heard in a browser, also after its sender was killed`, async () => {
		const made = await make({ kind: 'rtp', label: 'Studio B', video: { port: videoPort, codec }, audio: { port: audioPort } });
		assert.is(made.status, 201, JSON.stringify(made.body));
		const { id } = made.body;
		assert.is((await service.state()).sources[id]?.state, 'no-signal');
		const first = sender(codec);
		await stateOf(id, 'live');
		assert.is((await service.api('POST', '/api/cut', { scene: `source-${id}` })).status, 200);
		assert.is((await service.api('PATCH', `/api/audio/${id}`, { mode: 'on' })).status, 200);

		const page = await browser.page(`${service.http}/watch/program#${service.ready.operatorToken}`);
		const program = page.getByTestId('watch-video');
		await untilColour(program, [0.5, 0.5], parseColour(sentColour), { tolerance: 16 });
		await untilHeard(program, [sentHz], { aboveDb: -30 });

		await first.kill();
		await stateOf(id, 'no-signal');
		const second = sender(codec);
		await stateOf(id, 'live');
		await untilHeard(program, [sentHz], { aboveDb: -30 });
		await second.kill();
		await page.close();
		assert.is((await service.api('DELETE', `/api/sources/${id}`)).status, 204);
		assert.not.ok((await service.state()).sources[id]);
		assert.not.ok(service.hosts().some(({ name }) => name === id));
	});
}

test('a source of sound alone is live while sound comes', async () => {
	const made = await make({ kind: 'rtp', label: 'Commentary', audio: { port: audioPort } });
	const { id } = made.body;
	assert.is(made.body.video, null);
	const launch = sender('h264', { picture: false });
	await stateOf(id, 'live');
	await launch.kill();
	await stateOf(id, 'no-signal');
	await service.api('DELETE', `/api/sources/${id}`);
});

test('a taken port is refused by its number and who has it', async () => {
	const body = { kind: 'rtp', label: 'One', audio: { port: otherPort } };
	const { id } = (await make(body)).body;
	const again = await service.api<{ error: { code: string; message: string } }>('POST', '/api/sources', body);
	assert.is(again.status, 409);
	assert.ok(again.body.error.message.includes(`${otherPort}`) && again.body.error.message.includes(id), again.body.error.message);
	const own = new GstLaunch(`udpsrc address=127.0.0.1 port=${videoPort} ! fakesink`);
	const refused = await until(
		async () => {
			const answer = await service.api<{ id: string; error: { message: string } }>('POST', '/api/sources', {
				...body,
				audio: { port: videoPort },
			});
			if (answer.status === 201) await service.api('DELETE', `/api/sources/${answer.body.id}`);
			return answer.status === 409 && answer.body.error.message;
		},
		{ what: 'the other program to have its port', everyMs: 200 },
	);
	assert.match(refused, new RegExp(`${videoPort}.*another program`));
	await own.kill();
	for (const wrong of [
		{ kind: 'hdmi', label: 'x', audio: { port: 6000 } },
		{ kind: 'rtp', label: 'x' },
		{ kind: 'rtp', label: 'x', audio: { port: 80 } },
		{ kind: 'rtp', label: 'x', video: { port: 6000, codec: 'h265' } },
		{ kind: 'rtp', label: 'x', video: { port: 6000 }, audio: { port: 6000 } },
	])
		assert.is((await make(wrong)).status, 400, JSON.stringify(wrong));
	assert.is((await service.api('DELETE', '/api/sources/hdmi1')).status, 409);
});

/** Records what arrives at the target's ports for some seconds; ffmpeg decodes and stores it raw. */
async function received(seconds: number): Promise<string> {
	const sdp = join(folder, 'target.sdp');
	const file = join(folder, 'received.mkv');
	writeFileSync(
		sdp,
		`v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video ${outVideoPort} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\nm=audio ${outAudioPort} RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n`,
	);
	const args = ['-v', 'error', '-y', '-protocol_whitelist', 'file,udp,rtp', '-i', sdp, '-t', String(seconds)];
	const child = spawn('ffmpeg', [...args, '-c:v', 'rawvideo', '-c:a', 'pcm_f32le', file], { stdio: 'ignore' });
	await within(once(child, 'exit'), 20_000, 'ffmpeg').finally(() => child.kill('SIGKILL'));
	return file;
}

test('a target gets the program as RTP: picture, numbers and tone; it counts, and survives the service', async () => {
	assert.is((await service.api('POST', '/api/cut', { scene: 'source-hdmi2' })).status, 200);
	await service.allowOwnTargets();
	const body = { kind: 'rtp', label: 'Wall', host: '127.0.0.1', videoPort: outVideoPort, audioPort: outAudioPort };
	const made = await service.api<Target>('POST', '/api/targets', body);
	assert.is(made.status, 201, JSON.stringify(made.body));
	const { id } = made.body;
	const live = ({ targets }: { targets: Record<string, Target> }) => targets[id]?.state === 'live';
	await service.waitState(live, 'the target to be live');

	for (const run of ['first', 'after a restart'] as const) {
		const file = await received(3);
		const [early, late] = await frames(file, [15, 45]);
		const { colour } = (await service.state()).sources.hdmi2!;
		assert.ok(colourDistance(colourAt(late!, 0.04, 0.5), parseColour(colour)) <= 16, `${run}: ${colourAt(late!, 0.04, 0.5)}`);
		assert.is(readCounter(late!)! - readCounter(early!)!, 30, run);
		const heard = channelOf(await sound(file), 2, 0).subarray(-48_000);
		assert.ok(bandDb(heard, 48_000, 550) > -30, `${run}: ${bandDb(heard, 48_000, 550)} dB`);
		const { packets, bytes, kbps } = (await service.state()).targets[id]!;
		assert.ok(packets > 200 && bytes > 100_000 && kbps! > 200, JSON.stringify({ packets, bytes, kbps }));
		if (run !== 'first') break;
		const { dataDir } = service;
		service.kill('SIGKILL');
		await service.ended;
		service = await TestService.start({ dataDir });
		await service.onAir();
		await service.waitState(live, 'the target to be live again');
	}
	assert.is((await service.api<Target>('PATCH', `/api/targets/${id}`, { enabled: false })).body.state, 'off');
	assert.not.ok(service.hosts().some(({ role }) => role === 'target'));
	assert.is((await service.api('DELETE', `/api/targets/${id}`)).status, 204);
});

test('a target says what is wrong with its host and ports', async () => {
	const body = { kind: 'rtp', label: 'x', host: 'wall.example', videoPort: 5004 };
	for (const wrong of [
		{ ...body, host: '10.0.0.256' },
		{ ...body, host: 'a b' },
		{ ...body, host: '-x.example' },
		{ ...body, host: 'host=1 ! filesink' },
		{ ...body, host: '' },
		{ ...body, videoPort: 70_000 },
		{ ...body, videoPort: null },
		{ ...body, audioPort: 5004 },
		{ ...body, kind: 'srt' },
	])
		assert.is((await service.api('POST', '/api/targets', wrong)).status, 400, JSON.stringify(wrong));
	for (const host of ['wall.example', '192.0.2.7', '2001:db8::7']) {
		const { status, body: made } = await service.api<Target>('POST', '/api/targets', { ...body, host, enabled: false });
		assert.is(status, 201, host);
		await service.api('DELETE', `/api/targets/${made.id}`);
	}
});

test('sources made by hand are there again after a restart', async () => {
	const { id } = (await make({ kind: 'rtp', label: 'Stays', video: { port: videoPort } })).body;
	const { dataDir } = service;
	await service.stop();
	service = await TestService.start({ dataDir });
	await service.onAir();
	const launch = sender('h264', { tone: false });
	await stateOf(id, 'live');
	assert.is((await service.state()).sources[id]!.label, 'Stays');
	await launch.kill();
});

test.after(async () => {
	killLaunches();
	await browser.close();
	await service.stop();
	rmSync(folder, { recursive: true, force: true });
});
test.run();
