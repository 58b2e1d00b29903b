import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import type { Recording } from '../../service/contract/recordings.js';
import type { Source } from '../../service/contract/sources.js';
import { exactGuest } from '../tools/engine/avGuest.js';
import { beeps, flashes, flashPoint, median, offsets } from '../tools/engine/avSync.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { LightPeers } from '../tools/engine/lightPeers.js';
import { programFiles } from '../tools/engine/parts.js';
import { freePorts } from '../tools/net/ports.js';
import { avPage, servePage, watched } from '../tools/page/avPage.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { pause } from '../tools/wait.js';

export const alone = true;

/**
 * Sound against picture: four sources flash and beep once a second, each at a pitch of its own, in one show: a test input, an RTP
 * sender whose sample clock is 208 ppm fast, a guest whose sender reports are exact, and a guest in a browser. Positive offsets
 * are sound that comes late. The figures of the browser's guest are told and not judged: a canvas and an oscillator have no
 * common clock in a browser, and what it says about them differs from report to report by more than the limits.
 */
const long = Boolean(process.env.R58_LONG);
const showMs = long ? 600_000 : 60_000;
const kills = long ? 20 : 4;
/** ITU-R BT.1359: detectability begins at +45 ms. */
const limitsMs = { file: 20, viewer: 45 };
const box = (x: number, y: number) => ({ x, y, w: 0.5, h: 0.5 });
const marks = {
	test: { hz: 1000, box: box(0, 0) },
	rtp: { hz: 4000, box: box(0.5, 0) },
	guest: { hz: 5500, box: box(0.5, 0.5) },
	browser: { hz: 2500, box: box(0, 0.5) },
};
type Name = keyof typeof marks;
const names = Object.keys(marks) as Name[];

const test = timedSuite<{ service: TestService; browser: TestBrowser; peers: LightPeers; url: string; close: () => void }>(
	'av sync',
);

test.before(async (context) => {
	context.service = await TestService.start({ args: ['--test', 'demoFlash=1'] });
	await context.service.onAir();
	const { server, url } = await servePage();
	context.url = url;
	context.close = () => server.close();
	context.browser = await TestBrowser.start();
	context.peers = new LightPeers(exactGuest({ hz: marks.guest.hz }));
});
test.after(async ({ service, browser, peers, close }) => {
	killLaunches();
	peers.stop();
	await browser.close();
	close();
	await service.stop();
});

/** 48 010 samples in the time it calls 48 000, its timestamps true. */
function fastSender(videoPort: number, audioPort: number): GstLaunch {
	const caps =
		'video/x-raw,format=I420,width=320,height=180,framerate=30/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709';
	return new GstLaunch(
		`r58testsrc name=t video-caps=${caps} flash=true tone-hz=0 beep-hz=${marks.rtp.hz} ` +
			't.video ! queue ! x264enc tune=zerolatency speed-preset=superfast key-int-max=30 ! rtph264pay config-interval=-1 ! ' +
			`udpsink host=127.0.0.1 port=${videoPort} ` +
			't.audio ! audioresample ! audio/x-raw,rate=48010 ! capssetter caps=audio/x-raw,rate=48000 ! audioconvert ! queue ! ' +
			`opusenc tolerance=0 ! rtpopuspay ! udpsink host=127.0.0.1 port=${audioPort}`,
	);
}

interface Guest {
	id: string;
	token: string;
}

async function invite(service: TestService, name: string): Promise<Guest> {
	return (await service.api<GuestInvite>('POST', '/api/guests', { name })).body;
}

async function whip(service: TestService, { id, token }: Guest, offer: string): Promise<string> {
	const answer = await service.api<string>('POST', `/whip/${id}`, offer, {
		token,
		headers: { 'content-type': 'application/sdp' },
	});
	assert.is(answer.status, 201, JSON.stringify(answer.body));
	return answer.body;
}

/** Joins, or joins again when its host was killed. */
async function joinFromPage(page: Page, service: TestService, guest: Guest): Promise<void> {
	const offer = await page.evaluate<string>('r58av.offerToSend()');
	await page.evaluate(`r58av.answer(${JSON.stringify(await whip(service, guest, offer))})`);
}

async function watch(page: Page, service: TestService): Promise<void> {
	const offer = await page.evaluate<string>('r58av.offerToWatch()');
	const answer = await service.api<string>('POST', '/whep/program', offer, { headers: { 'content-type': 'application/sdp' } });
	assert.is(answer.status, 201, JSON.stringify(answer.body));
	await page.evaluate(`r58av.answer(${JSON.stringify(answer.body)})`);
	await untilPlaying(page);
}

async function untilPlaying(page: Page): Promise<void> {
	await page.waitForFunction(
		'document.querySelector("video").videoWidth > 0 && document.querySelector("video").srcObject.getAudioTracks().length > 0',
	);
}

/** What is wrong, or null. The middle one counts: a machine that is busy for a moment shows one picture late. */
function judge(where: string, values: number[], limitMs: number, least: number): string | null {
	const middle = median(values);
	const text = `${where}: ${middle.toFixed(1)} ms, ${values.length} of at least ${least}: ${values.map((ms) => ms.toFixed(1)).join(' ')}`;
	return values.length >= least && Math.abs(middle) <= limitMs ? null : text;
}

test('flash and beep stay together in the file and in the viewer, through kills and with a fast clock', async (context) => {
	const { service, browser, url, peers } = context;
	const guestPage = await avPage(browser, url);
	await guestPage.evaluate(`r58av.make({ hz: ${marks.browser.hz} })`);
	const guest = await invite(service, 'Browser');
	await joinFromPage(guestPage, service, guest);

	const exact = await invite(service, 'Exact');
	let sending = await peers.addSender((offer) => whip(service, exact, offer));
	const rejoin = {
		[guest.id]: () => joinFromPage(guestPage, service, guest),
		[exact.id]: async () => {
			peers.close(sending);
			sending = await peers.addSender((offer) => whip(service, exact, offer));
		},
	};
	for (const { id } of [guest, exact])
		await service.waitState(({ sources }) => sources[id]?.state === 'live', 'the guest to be live');

	const [videoPort, audioPort] = await freePorts(2);
	const rtpInput = { kind: 'rtp', label: 'Fast', video: { port: videoPort }, audio: { port: audioPort } };
	const { id: rtpId } = (await service.api<Source>('POST', '/api/sources', rtpInput)).body;
	const sender = fastSender(videoPort!, audioPort!);
	await service.waitState(({ sources }) => sources[rtpId]?.state === 'live', 'the sender to be live');

	const ids = { test: 'hdmi1', rtp: rtpId, guest: exact.id, browser: guest.id };
	const layers = names.map((name) => ({ source: ids[name], ...marks[name].box }));
	assert.is((await service.api('PUT', '/api/scenes/av', { layers })).status, 200);
	assert.is((await service.api('POST', '/api/cut', { scene: 'av' })).status, 200);
	for (const id of ['hdmi2', 'hdmi3', 'hdmi4']) await service.api('PATCH', `/api/audio/${id}`, { mode: 'off' });
	for (const name of names) await service.api('PATCH', `/api/audio/${ids[name]}`, { mode: 'on' });

	const page = await avPage(browser, url);
	await watch(page, service);
	const { id: recording } = (await service.api<Recording>('POST', '/api/recordings', {})).body;
	const ended = performance.now() + showMs;
	for (let kill = 0; kill < kills; kill++) {
		await pause((showMs * 0.6) / kills);
		const id = ids[names[kill % names.length]!];
		const { pid } = await service.host('source', id);
		process.kill(pid, 'SIGKILL');
		await rejoin[id]?.();
		await service.host('source', id, { not: pid });
		await service.waitState(({ sources }) => sources[id]?.state === 'live', `${id} to be back`);
	}
	// What the viewer meets at the end of the show, when all that may have drifted has.
	const watchMs = Math.max(15_000, ended - performance.now());
	const points = names.map((name) => ({ point: pointOf(name), hz: marks[name].hz }));
	const viewed = await watched(page, watchMs, points);
	const stopped = await service.api<Recording>('POST', `/api/recordings/${recording}/stop`, {});
	await sender.kill();

	const files = programFiles(stopped.body).map(({ name }) => join(service.dataDir, 'recordings', recording, name));
	assert.is(files.length, 1);
	const seen = await flashes(files[0]!, names.map(pointOf));
	const heard = await beeps(
		files[0]!,
		names.map((name) => marks[name].hz),
	);
	const inFile = names.map((_, i) => offsets(seen[i]!, heard[i]!));
	const seconds = showMs / 1000;
	const third = Math.ceil(seconds / 3);
	const told = names.map((name, i) => [name, { file: round(inFile[i]!), viewer: round(viewed[i]!) }]);
	console.log(JSON.stringify(Object.fromEntries(told)));
	const judged = names.flatMap((name, i) =>
		name === 'browser'
			? []
			: [
					judge(`file, ${name}`, inFile[i]!, limitsMs.file, seconds * 0.6),
					judge(`file, last third, ${name}`, inFile[i]!.slice(-third), limitsMs.file, seconds / 5),
					judge(`viewer, ${name}`, viewed[i]!, limitsMs.viewer, 8),
				],
	);
	assert.equal(
		judged.filter((verdict) => verdict !== null),
		[],
	);
});

function round(values: number[]): number {
	return Math.round(median(values) * 10) / 10;
}

function pointOf(name: Name): [number, number] {
	return name === 'browser' ? [0.25, 0.75] : flashPoint(marks[name].box);
}

test.run();
