/**
 * A guest and a viewer on a bad line: 5 % of all packets are lost each way, the others are late by 0 to 100 ms and out of order
 * (test/tools/net/netns.ts). 20 s, or two minutes with R58_LONG.
 */
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { studioAddress, TestNetwork } from '../tools/net/netns.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

interface World {
	network: TestNetwork;
	service: TestService;
	browser: TestBrowser;
	/** Where the guest's browser finds the studio. */
	origin: string;
}
const test = timedSuite<World>('bad line');
const durationMs = process.env.R58_LONG ? 120_000 : 20_000;
const leastFps = 25;

/** A camera of 30 fps, a picture that two processors code, send and show at that rate, and connections that can be looked at. */
const flags = ['--use-fake-device-for-media-stream=fps=30'];
const preparation = `
	try { localStorage.setItem('r58.size', '360'); } catch {}
	window.peers = [];
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...words) {
			super(...words);
			peers.push(this);
		}
	};
`;

/** The <video> of the watch page, an expression. */
const programVideo =
	"[...document.querySelectorAll('*')].map(({ shadowRoot }) => shadowRoot?.querySelector('video')).find(Boolean)";

test.before(async (world) => {
	world.network = new TestNetwork();
	const { network } = world;
	network.rules({ forward: ['meta l4proto udp accept'] });
	world.service = await TestService.start({ inside: network.inside('studio'), canvas: '320x180p30' });
	world.service.ready.http = await network.reach(Number(new URL(world.service.http).port));
	world.origin = `https://${studioAddress}:${new URL(world.service.https).port}`;
	world.browser = await TestBrowser.start({
		program: network.wrapper('guest', '/usr/bin/chromium'),
		ignoreCertificateErrors: true,
		flags,
	});
	await world.browser.context.addInitScript({ content: preparation });
	await world.service.onAir();
	await network.impair({ lossPct: 5, jitterMs: 100 });
});
test.after(async ({ network, service, browser }) => {
	await browser?.close();
	await service?.stop();
	network?.close();
});

/** Pictures that came out of the guest's decoder, and how often none did for a second. */
async function decoded(service: TestService, id: string): Promise<{ pictures: number; stalls: number }> {
	const { body } = await service.api<string>('GET', '/metrics');
	const read = (name: string) => {
		const found = new RegExp(`^r58_host_${name}\\{role="source",name="${id}",element="picture"\\} (\\d+)`, 'm').exec(body);
		return Number(found?.[1]);
	};
	return { pictures: read('buffers'), stalls: read('stalls') };
}

/** What a viewer's page decodes in this time, and the longest that its picture stood still. */
function watched(page: Page, ms: number): Promise<{ fps: number; longestMs: number }> {
	return page.evaluate<{ fps: number; longestMs: number }>(`new Promise((resolve) => {
		const video = ${programVideo};
		const received = async () => {
			for (const peer of peers)
				for (const entry of (await peer.getStats()).values())
					if (entry.type === 'inbound-rtp' && entry.kind === 'video') return entry;
		};
		let [longestMs, last] = [0, performance.now()];
		video.requestVideoFrameCallback(function shown(now) {
			longestMs = Math.max(longestMs, now - last);
			last = now;
			video.requestVideoFrameCallback(shown);
		});
		const begun = received();
		setTimeout(async () => {
			const [first, end] = [await begun, await received()];
			longestMs = Math.max(longestMs, performance.now() - last);
			resolve({ fps: ((end.framesDecoded - first.framesDecoded) * 1000) / (end.timestamp - first.timestamp), longestMs });
		}, ${ms});
	})`);
}

test('with 5 % loss and 100 ms jitter, guest and viewer keep 25 frames a second and never stand still for a second', async (world) => {
	const { service, browser, origin } = world;
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const page = await browser.page(`${origin}/guest_join#${guest.token}`);
	await page.getByTestId('join-button').and(page.locator(':enabled')).click();
	const connected = `${guest.id} to be live`;
	await service.waitState(({ sources }) => sources[guest.id]?.state === 'live', connected);
	await service.api('POST', '/api/cut', { scene: `source-${guest.id}` });
	const viewer = await browser.page(`${origin}/watch/program#${service.ready.operatorToken}`);
	const shown = () => viewer.evaluate<boolean>(`${programVideo}?.currentTime > 1`);
	await until(shown, { what: 'the program on the page', everyMs: 200 });
	const before = await decoded(service, guest.id);
	const begun = performance.now();
	const { fps, longestMs } = await watched(viewer, durationMs);
	const after = await decoded(service, guest.id);
	const seconds = (performance.now() - begun) / 1000;
	const guestFps = (after.pictures - before.pictures) / seconds;
	const { guests, sources } = await service.state();
	const { lossPct, rttMs } = guests[guest.id]!;
	const { delayMs } = sources[guest.id]!;
	const figures = `guest ${guestFps.toFixed(1)} fps, viewer ${fps.toFixed(1)} fps, longest ${longestMs.toFixed(0)} ms (${lossPct} %, ${rttMs} ms), delay ${delayMs} ms`;
	assert.ok(guestFps >= leastFps, figures);
	assert.is(after.stalls, before.stalls, figures);
	assert.ok(fps >= leastFps, figures);
	assert.ok(longestMs <= 1000, figures);
	// Late by 50 ms each way on average; a second of packets may lose more or fewer.
	assert.ok(rttMs! > 10 && rttMs! < 1000, figures);
	assert.ok(lossPct! > 0 && lossPct! < 50, figures);
	assert.ok(delayMs > 80, `the delay follows the line: ${figures}`);
	console.log(figures);
});

test.run();
