/**
 * Guest's camera to viewer's screen: the time at which a frame was made stands in its picture and is read where it is presented.
 * The same from one connection to another inside one browser is the floor: encoding, jitter buffer, decoding and presenting.
 */
import type { Locator } from 'playwright-core';
import type { GuestInvite } from '../../service/contract/guests.js';
import { type TestBrowser, watch } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { until } from '../tools/wait.js';
import { median, progress, report, reportSet } from './measure.js';
import { startBrowser } from './page.js';

/** The phases of the clocks against each other stay for a session, so there are several. */
const sessions = 4;
const windowMs = 4000;

const service = await TestService.start({ canvas: '1280x720p30' });
const guestBrowser = await startBrowser('r58bench.replaceCamera();');
const viewerBrowser = await startBrowser();

/** Latencies of the frames a video shows, ms. Frames without a time of this minute show something else. */
async function latencies(video: Locator, durationMs: number): Promise<number[]> {
	const frames = await watch(video, durationMs);
	return frames
		.flatMap(({ atMs, counter }) => (counter === null ? [] : [(atMs - counter) % 2 ** 32]))
		.filter((latency) => latency < 60_000);
}

async function measure(video: Locator): Promise<number[]> {
	await until(async () => (await latencies(video, 200)).length > 0, { what: `the time in ${video}` });
	const found = await latencies(video, windowMs);
	progress(`${found.length} frames, p50 ${median(found).toFixed(0)} ms`);
	return found;
}

async function throughStudio(): Promise<number[]> {
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const page = await guestBrowser.page(guest.joinUrl);
	await page.getByTestId('join-button').click();
	await service.waitState(({ sources }) => sources[guest.id]?.state === 'live', `${guest.id} to be live`);
	await service.api('POST', '/api/cut', { scene: `source-${guest.id}` });
	const viewer = await viewerBrowser.page(`${service.http}/watch/program#${service.ready.operatorToken}`);
	try {
		return await measure(viewer.getByTestId('watch-video'));
	} finally {
		await viewer.close();
		await page.close();
		await service.api('DELETE', `/api/guests/${guest.id}`);
	}
}

async function insideBrowser(browser: TestBrowser): Promise<number[]> {
	const page = await browser.page(`${service.http}/guest_join`);
	try {
		await page.evaluate('r58bench.loop()');
		return await measure(page.locator('#loop'));
	} finally {
		await page.close();
	}
}

try {
	await service.onAir();
	const studio: number[][] = [];
	const browser: number[][] = [];
	for (let i = 0; i < sessions; i++) {
		studio.push(await throughStudio());
		browser.push(await insideBrowser(guestBrowser));
	}
	reportSet("guest's camera to viewer", studio.flat(), 'ms', { p50: 200, p95: 300 });
	reportSet('the same inside one browser', browser.flat(), 'ms');
	const share = median(browser.flat()) / median(studio.flat());
	report({ what: "the browser's share of it, p50", value: share * 100, unit: '%', n: sessions });
} finally {
	await guestBrowser.close();
	await viewerBrowser.close();
	await service.stop();
}
