import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { parseColour } from '../tools/engine/counter.js';
import { TestBrowser, untilColour, untilHeard, watch } from '../tools/page/browser.js';
import { test } from '../tools/suite.js';

export const alone = true;

const page = `<!doctype html><video id="own" autoplay playsinline muted></video><script type="module">
	const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
	document.querySelector('#own').srcObject = stream;
</script>`;
const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const browser = await TestBrowser.start({ camera: { colour: '#20a040' }, microphone: { toneHz: 1320 } });

test("Chromium's fake camera and microphone give the colour and the tone they were asked for", async () => {
	const own = (await browser.page(url)).locator('#own');
	const seen = await untilColour(own, [0.5, 0.5], parseColour('#20a040'));
	assert.is(`${seen.width}x${seen.height}`, '640x360');
	const bands = await untilHeard(own, [1320], { aboveDb: -40, others: [440, 880] });
	for (const hz of [440, 880]) assert.ok(bands[hz]! < bands[1320]! - 30, JSON.stringify(bands));
	const frames = await watch(own, 500);
	assert.ok(frames.length >= 5, `${frames.length} frames in 500 ms`);
	assert.equal(browser.errors, []);
});

test.after(async () => {
	await browser.close();
	server.close();
});
test.run();
