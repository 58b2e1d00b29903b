/** The page of avPage.js in a Chromium, and what it saw and heard. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { offsets, onsets } from '../engine/avSync.js';
import { root } from '../service.js';
import type { TestBrowser } from './browser.js';

const html = '<!doctype html><video autoplay playsinline></video>';
const code = readFileSync(join(root, 'test/tools/page/avPage.js'), 'utf8');

interface Recorded {
	flashes: number[][];
	soundAtMs: number;
	sound: string;
	outputLatencyMs: number;
}

export async function servePage(): Promise<{ server: Server; url: string }> {
	const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

export async function avPage(browser: TestBrowser, url: string): Promise<Page> {
	const page = await browser.page(url);
	await page.evaluate(code);
	return page;
}

/** Offsets of the beeps of each frequency from the flashes at its point, as a viewer meets them, ms. */
export async function watched(
	page: Page,
	durationMs: number,
	marks: { point: [number, number]; hz: number }[],
): Promise<number[][]> {
	const what = { durationMs, points: marks.map(({ point }) => point) };
	const seen = await page.evaluate<Recorded>(`r58av.record(${JSON.stringify(what)})`);
	const bytes = Buffer.from(seen.sound, 'base64');
	const samples = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768);
	return marks.map(({ hz }, i) => {
		const heard = onsets(samples, hz).map((sample) => (seen.soundAtMs + sample / 48) / 1000);
		return offsets(
			seen.flashes[i]!.map((ms) => ms / 1000),
			heard,
		);
	});
}
