import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { parseColour } from '../tools/engine/counter.js';
import { TestBrowser, untilColour } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** What viewers offer differs by browser; each gets a picture or a reason. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page }>('viewer');
const peerCode = readFileSync(join(root, 'test/tools/page/peer.js'), 'utf8');

interface WhepResult {
	status: number;
	/** The answer, or the error. */
	body: unknown;
	location: string | null;
	/** Payload type of the H.264 that the answer takes. */
	payloadType: number;
}

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
	context.browser = await TestBrowser.start();
	context.page = await context.browser.page('about:blank');
	await context.page.evaluate(peerCode);
	await context.service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

/** Watches the program with an offer made to measure. */
async function whep(
	page: Page,
	service: TestService,
	offer: { renumber?: [from: number, to: number]; only?: string },
): Promise<WhepResult> {
	await page.setContent('<video autoplay muted playsinline></video>');
	const sdp = await page.evaluate<string>(`r58peer.offerToWatch(${JSON.stringify(offer)})`);
	const { status, headers, body } = await service.api<string>('POST', '/whep/program', sdp, {
		headers: { 'content-type': 'application/sdp' },
	});
	if (status === 201) await page.evaluate(`r58peer.answer(${JSON.stringify(body)})`);
	return { status, body, location: headers.get('location'), payloadType: Number(/a=rtpmap:(\d+) H264/.exec(String(body))?.[1]) };
}

/** Payload type that this Chromium gives H.264 constrained baseline, packetization mode 1, and one it gives to nothing. */
async function payloadTypes(page: Page): Promise<{ offered: number; free: number }> {
	const sdp = await page.evaluate<string>('r58peer.offerToWatch()');
	const fmtp = [...sdp.matchAll(/a=fmtp:(\d+) (.*)/g)].find(
		([, , text]) => /packetization-mode=1/.test(text!) && /profile-level-id=42e01f/.test(text!),
	);
	const used = new Set([...sdp.matchAll(/a=rtpmap:(\d+)/g)].map(([, type]) => Number(type)));
	const free = Array.from({ length: 32 }, (_, i) => 127 - i).find((type) => !used.has(type))!;
	return { offered: Number(fmtp![1]), free };
}

test('a viewer that offers H.264 at its browser’s own payload type sees the program', async ({ page, service }) => {
	const result = await whep(page, service, {});
	assert.is(result.status, 201, JSON.stringify(result.body));
	assert.is(result.payloadType, (await payloadTypes(page)).offered);
	await untilColour(page.locator('video'), [0.04, 0.5], parseColour('#c83232'), { tolerance: 16 });
});

test('a viewer that offers H.264 at yet another payload type sees the program', async ({ page, service }) => {
	const { offered, free } = await payloadTypes(page);
	const result = await whep(page, service, { renumber: [offered, free] });
	assert.is(result.status, 201, JSON.stringify(result.body));
	assert.is(result.payloadType, free);
	await untilColour(page.locator('video'), [0.04, 0.5], parseColour('#c83232'), { tolerance: 16 });
});

test('a viewer that offers VP8 alone is told what it lacks', async ({ page, service }) => {
	const result = await whep(page, service, { only: 'VP8' });
	assert.is(result.status, 422, JSON.stringify(result.body));
	const { code, detail } = result.body as { code: string; detail: string };
	assert.is(code, 'unsupported-media');
	assert.match(detail, /VP8.*H\.264|H\.264.*VP8/);
});

test('viewers are counted, and one whose page is closed is no viewer any more', async ({ browser, service }) => {
	const before = (await service.state()).streamers.program!.viewers;
	const page = await browser.page('about:blank');
	await page.evaluate(peerCode);
	await whep(page, service, {});
	await service.waitState(({ streamers }) => streamers.program!.viewers === before + 1, 'the viewer to be counted');
	await page.close();
	await service.waitState(({ streamers }) => streamers.program!.viewers === before, 'the viewer to be gone');
});

test('DELETE ends a session at once, and there is no second one to end', async ({ page, service }) => {
	const { location } = await whep(page, service, {});
	assert.is((await service.api('DELETE', location!)).status, 200);
	assert.is((await service.api('DELETE', location!)).status, 404);
});

test.run();
