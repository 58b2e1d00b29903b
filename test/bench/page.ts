/** Chromium with page.js in every page. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { type BrowserOptions, TestBrowser } from '../tools/page/browser.js';
import { until } from '../tools/wait.js';

// Runs from dist/test/bench; page.js stays where it was written.
const code = readFileSync(fileURLToPath(new URL('../../../test/bench/page.js', import.meta.url)), 'utf8');

/** Moments of a page's first connection, wall clock ms. */
export interface Marks {
	clicked: number;
	/** The connection was made in the page. */
	begun: number;
	/** The offer was sent, and the answer came. */
	posted: number;
	answered: number;
	connected: number;
	/** The first frame of the page's first video was presented. */
	shown: number;
}

/** `then` runs in every page after page.js. */
export async function startBrowser(then = '', options: BrowserOptions = {}): Promise<TestBrowser> {
	const browser = await TestBrowser.start(options);
	await browser.context.addInitScript({ content: `${code}\n${then}` });
	return browser;
}

/** Waits for these marks. */
export function marksOf(page: Page, names: (keyof Marks)[]): Promise<Marks> {
	return until(
		async () => {
			const marks = await page.evaluate<Partial<Marks>>('r58bench.marks');
			return names.every((name) => marks[name] !== undefined) && (marks as Marks);
		},
		{ what: `a page that is ${names.join(', ')}`, everyMs: 50 },
	);
}
