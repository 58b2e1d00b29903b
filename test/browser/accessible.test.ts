import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** Every page, as axe-core judges it: landmarks, names, contrast in both colour schemes. */
const test = suite<{ service: TestService; browser: TestBrowser }>('accessible');
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
declare const window: { axe: typeof axe };
declare const document: axe.ElementContext;

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p15' });
	await context.service.onAir();
	context.browser = await TestBrowser.start();
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

/** What axe finds, one line each: the rule and the element. */
async function violations(page: Page): Promise<string[]> {
	// Not as an element of the page: its policy takes no script of others.
	await page.evaluate(axeSource);
	const found: string[] = [];
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		const results = await page.evaluate(async () =>
			window.axe.run(document, {
				resultTypes: ['violations'],
				// Experimental there, and what voice control needs (WCAG 2.5.3).
				rules: { 'label-content-name-mismatch': { enabled: true } },
			}),
		);
		for (const { id, nodes } of results.violations)
			for (const { target, failureSummary } of nodes)
				found.push(`${colorScheme} ${id}: ${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`);
	}
	return [...new Set(found)];
}

const operatorPages = [
	'switcher',
	'inputs',
	'outputs',
	'recordings',
	'ready',
	'log',
	'system',
	'network',
	'settings',
	'users',
	'account',
	'health',
	'logs',
];
for (const name of operatorPages)
	test(`/${name}`, async ({ service, browser }) => {
		const page = await browser.page(`${service.http}/${name}#${service.ready.technicianToken}`);
		await page.locator('main').first().waitFor();
		assert.equal(await violations(page), []);
		await page.close();
	});

test('the switcher with a guest, a layout in preview and a chosen box', async ({ service, browser }) => {
	await service.api('POST', '/api/guests', { name: 'Ada' });
	await service.api('PUT', '/api/preview', { scene: 'quad' });
	const page = await browser.page(`${service.http}/switcher#${service.ready.operatorToken}`);
	await page.getByTestId('slot-0').click();
	await page.getByTestId('hint').waitFor();
	assert.equal(await violations(page), []);
	await page.close();
});

test('a guest’s page before joining and inside', async ({ service, browser }) => {
	const { body } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Bob' });
	const page = await browser.page(body.joinUrl);
	await page.getByTestId('self-video').waitFor();
	assert.equal(await violations(page), []);
	await page.getByTestId('join-button').click();
	await page.locator('[data-testid="join-state"][data-phase="live"]').waitFor();
	assert.equal(await violations(page), []);
	await page.close();
});

test('the viewer’s page, the page of trust, and the log-in', async ({ service, browser }) => {
	const pages: [path: string, ready: string][] = [
		[`/watch/program#${service.ready.operatorToken}`, '[data-testid="watch-video"]'],
		['/trust', 'main'],
	];
	for (const [path, ready] of pages) {
		const page = await browser.page(`${service.http}${path}`);
		await page.locator(ready).first().waitFor();
		assert.equal(await violations(page), [], path);
		await page.close();
	}
	await browser.context.clearCookies();
	const login = await browser.page(`${service.http}/switcher`);
	await login.locator('form').first().waitFor();
	assert.equal(await violations(login), []);
	await login.close();
	const stranger = await browser.page(`${service.http}/guest_join`);
	await stranger.locator('main').waitFor();
	assert.equal(await violations(stranger), []);
	await stranger.close();
});

test.run();
