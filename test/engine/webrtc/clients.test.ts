import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { parseColour } from '../../tools/engine/counter.js';
import { ObsFeed, ObsPeer } from '../../tools/engine/obsPeer.js';
import { offerText } from '../../tools/net/offers.js';
import { Signalling, sdpType } from '../../tools/net/signalling.js';
import { look, TestBrowser, untilColour } from '../../tools/page/browser.js';
import { foreignPage } from '../../tools/page/foreignPage.js';
import { Program } from '../../tools/program.js';
import { root, TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';
import { until } from '../../tools/wait.js';

/** Media with stacks and clients of others, all unchanged. Chromium with our own pages: browser/guest.test.ts. */
const test = suite<Context>('clients of others');

interface Context {
	wire: Signalling;
	/** Its token is what the last test looks for. */
	canary: GuestInvite;
	service: TestService;
	token: string;
	browser: TestBrowser;
	page: Page;
	closePage: () => void;
	feed: ObsFeed;
}
const folders: string[] = [];
const aiortc = `${root}/test/tools/net/aiortcPeer.py`;
const camera = '#20a040';

test.before(async (context) => {
	const { url, close } = await foreignPage();
	context.closePage = close;
	context.service = await TestService.start();
	await context.service.onAir();
	context.wire = new Signalling(context.service);
	context.canary = await context.wire.guest('Canary');
	context.token = context.service.ready.operatorToken;
	context.browser = await TestBrowser.start({ camera: { colour: camera } });
	context.page = await context.browser.page(url);
	context.feed = await new ObsFeed().start();
	// A picture that every viewer knows.
	await context.service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
});
test.after(async ({ service, browser, closePage, feed }) => {
	feed.stop();
	ObsPeer.end();
	closePage();
	for (const folder of folders) rmSync(folder, { recursive: true });
	await browser.close();
	await service.stop();
});

async function untilLive({ service }: Context, { id }: GuestInvite): Promise<void> {
	await service.waitState(
		({ guests, sources }) => guests[id]?.state === 'connected' && sources[id]?.state === 'live',
		'the guest to be live',
		20_000,
	);
}

test('OBS’s library publishes an offer without candidates, and its picture is in the program', async (context) => {
	const { wire, feed, service, page, token } = context;
	const guest = await wire.guest('OBS');
	const peer = new ObsPeer('sends');
	peer.answer((await wire.post(`/whip/${guest.id}`, guest.token, await peer.offer)).answer);
	feed.peers.add(peer);
	await untilLive(context, guest);
	assert.is((await service.state()).guests[guest.id]!.codec, 'H264');
	// The round trip it does not tell: it answers no RRTR (RFC 3611 §4.4).
	await service.waitState(({ guests }) => guests[guest.id]!.lossPct === 0, 'the loss to be known');
	await service.api('POST', '/api/cut', { scene: `source-${guest.id}` });
	await page.evaluate(`foreign.watch('${service.http}/whep/program', '${token}')`);
	await untilColour(page.locator('video'), [0.5, 0.5], parseColour(camera), { tolerance: 40 });
	await page.evaluate('foreign.unload()');
	await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
	feed.peers.delete(peer);
	peer.close();
	await wire.forget(guest);
});

test('Eyevinn’s whip-web-client publishes from another origin, trickles, and ends its session', async (context) => {
	const { wire, page, service } = context;
	const guest = await wire.guest('Eyevinn');
	await page.evaluate(`foreign.publish('${service.http}/whip/${guest.id}', '${guest.token}')`);
	await untilLive(context, guest);
	await page.evaluate('foreign.leave()');
	await service.waitState(({ guests }) => guests[guest.id]?.state === 'invited', 'the seat to be empty');
	await wire.forget(guest);
});

test('Eyevinn’s webrtc-player plays the program and the multiview, and ends its sessions', async ({ page, service, token }) => {
	for (const streamer of ['program', 'multiview']) {
		await page.evaluate(`foreign.watch('${service.http}/whep/${streamer}', '${token}')`);
		await until(async () => (await look(page.locator('video')))?.width, { what: `a picture of ${streamer}` });
		await page.evaluate('foreign.unload()');
		await service.waitState(({ streamers }) => streamers[streamer]!.viewers === 0, 'the viewer to be gone');
	}
});

test('a player that also asks for a data channel, as MediaMTX’s reader does, plays', async ({ page, service, token }) => {
	await page.evaluate(`foreign.watchWithDataChannel('${service.http}/whep/program', '${token}')`);
	await until(async () => (await look(page.locator('video')))?.width, { what: 'a picture' });
	await page.evaluate('foreign.unload()');
	await service.waitState(({ streamers }) => streamers.program!.viewers === 0, 'the viewer to be gone');
});

test('aiortc publishes and watches', async (context) => {
	const { wire, service, token } = context;
	const guest = await wire.guest('aiortc');
	const sender = new Program('/usr/bin/python3', [aiortc, 'publish', `${service.http}/whip/${guest.id}`, guest.token]);
	const viewer = new Program('/usr/bin/python3', [aiortc, 'watch', `${service.http}/whep/program`, token]);
	await untilLive(context, guest);
	const { width, height } = await viewer.until(({ frames }) => Number(frames) >= 10, 'ten pictures of the program');
	assert.equal([width, height], [640, 360]);
	for (const peer of [sender, viewer]) peer.finish();
	await service.waitState(
		({ guests, streamers }) => guests[guest.id]?.state !== 'connected' && streamers.program!.viewers === 0,
		'both to be gone',
	);
	await wire.forget(guest);
});

test('a certificate that is not the one of the offer gets no media and gives none', async (context) => {
	const { wire, service, token } = context;
	const guest = await wire.guest('Mallory');
	const sender = new Program('/usr/bin/python3', [
		aiortc,
		'publish',
		`${service.http}/whip/${guest.id}`,
		guest.token,
		'falsified',
	]);
	const viewer = new Program('/usr/bin/python3', [aiortc, 'watch', `${service.http}/whep/program`, token, 'falsified']);
	const { guests, sources } = await service.waitState(
		(state) => state.guests[guest.id]?.state === 'lost',
		'the guest to be refused',
		15_000,
	);
	assert.match(guests[guest.id]!.lastError!, /fingerprint/);
	assert.is.not(sources[guest.id]!.state, 'live');
	await service.waitState(({ streamers }) => streamers.program!.viewers === 0, 'the viewer to be refused');
	assert.not.ok(
		viewer.said.some(({ frames }) => frames),
		'no picture came',
	);
	for (const peer of [sender, viewer]) peer.finish();
	await wire.forget(guest);
});

/**
 * Debian 12's whip-client does not run as it comes: it is linked with libsoup 2, and its libnice by way of libgupnp-igd with
 * libsoup 3, which refuse each other. A libgupnp-igd that does nothing keeps the second away.
 */
function withoutUpnp(): string {
	const folder = mkdtempSync(join(tmpdir(), 'r58-upnp-'));
	folders.push(folder);
	const source = join(folder, 'igd.c');
	writeFileSync(
		source,
		`#include <glib-object.h>
		GObject *gupnp_simple_igd_thread_new (void) { return g_object_new (G_TYPE_OBJECT, NULL); }
		GType gupnp_simple_igd_get_type (void) { return G_TYPE_OBJECT; }
		void gupnp_simple_igd_add_port (void) {}
		void gupnp_simple_igd_remove_port_local (void) {}`,
	);
	const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'gobject-2.0'], { encoding: 'utf8' }).trim().split(/\s+/);
	execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'libgupnp-igd-1.0.so.4'), source, ...flags]);
	return folder;
}

test('simple-whip-client publishes, trickles, and ends its session', async (context) => {
	const { wire, service } = context;
	const rtp = (kind: string, codec: string, pt: number) =>
		`queue ! application/x-rtp,media=${kind},encoding-name=${codec},payload=${pt}`;
	const audio = `audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=100 ssrc=1 ! ${rtp('audio', 'OPUS', 100)}`;
	const picture = 'videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 ! videoconvert';
	const video = `${picture} ! vp8enc deadline=1 keyframe-max-dist=15 ! rtpvp8pay pt=96 ssrc=2 ! ${rtp('video', 'VP8', 96)}`;
	const guest = await wire.guest('simple');
	const args = ['-u', `${service.http}/whip/${guest.id}`, '-t', guest.token, '-V', video, '-A', audio, '-o'];
	const client = new Program('whip-client', args, { LD_LIBRARY_PATH: withoutUpnp() });
	await untilLive(context, guest).catch((error: Error) => {
		throw new Error(`${error.message}\n${client.text.slice(-20).join('\n')}`);
	});
	client.signal('SIGINT');
	await service.waitState(({ guests }) => guests[guest.id]?.state === 'invited', 'its DELETE to empty the seat');
	client.signal('SIGKILL');
	await wire.forget(guest);
});

test('nothing that opens a door was written to a log, also where it fits nowhere or goes wrong', async (context) => {
	const { wire, service, token, canary } = context;
	const path = `/whip/${canary.id}`;
	const ask = { token: canary.token, type: sdpType, body: offerText({ direction: 'sendonly' }) };
	for (const misplaced of [`/whip/${canary.token}`, `${path}?token=${canary.token}`, `/api/guests/${canary.token}`])
		await wire.ask('POST', misplaced, ask);
	await wire.ask('POST', path, { ...ask, body: `v=0\r\n${canary.token}` });
	await wire.ask('GET', '/api/state', { token: `${canary.token}x` });
	const { location, answer } = await wire.post(path, canary.token, ask.body);
	const { pid } = await service.host('source', canary.id);
	process.kill(pid, 'SIGKILL');
	const logs = () => service.logs.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
	await until(() => logs().includes(`source ${canary.id}`), { what: 'the log to tell of the process that died' });
	const secrets = [
		token,
		service.ready.technicianToken,
		canary.token,
		location.split('/').at(-1)!,
		/a=ice-pwd:(\S+)/.exec(answer)![1]!,
	];
	for (const secret of secrets) assert.not.ok(logs().includes(secret));
	assert.not.match(logs(), /ice-pwd|a=fingerprint|\/wh[ie]p\/[\w-]+\/[\w-]{20,}/);
});

test.run();
