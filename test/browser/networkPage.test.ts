import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** The panel's Network page: what it shows, changes and tests. */
const test = suite<{ service: TestService; browser: TestBrowser }>('network page');

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p15' });
	context.browser = await TestBrowser.start();
});
test.after(async ({ service, browser }) => {
	await browser?.close();
	await service?.stop();
});

test('a technician sets up a server, tests it, and reads what to change', async ({ service, browser }) => {
	const page = await browser.page(`${service.http}/network#${service.ready.technicianToken}`);
	await page.getByTestId('add-server').click();
	await page.getByTestId('server-name').fill('ours');
	// Refused where it stands, before anything is sent.
	await page.getByTestId('server-urls').fill('turn.example.org');
	await page.getByTestId('server-urls').press('Tab');
	const wrong = page.getByTestId('server-urls-error');
	await wrong.waitFor();
	assert.match((await wrong.textContent())!, /“turn\.example\.org”: start with stun:, turn: or turns:/);
	await page.getByTestId('save-button').click();
	assert.is(await page.getByTestId('server-urls').evaluate((field) => field.matches(':focus')), true);
	assert.is(await page.getByText('Saved.').count(), 0);
	if (process.env.R58_SCREENSHOTS) await page.screenshot({ path: join(process.env.R58_SCREENSHOTS, 'network-wrong.png') });
	// A port that nothing listens on.
	await page.getByTestId('server-urls').fill('turn:127.0.0.1:9');
	await page.getByTestId('server-urls').press('Tab');
	await page.getByTestId('server-login').selectOption('secret');
	await page.getByTestId('server-secret').fill('north by northwest');
	await page.getByTestId('save-button').click();
	await page.getByText('Saved.').waitFor();
	const file = () => readFileSync(join(service.dataDir, 'settings.yaml'), 'utf8');
	assert.match(file(), /secret: "?enc:/);
	assert.match(file(), /# UDP ports for media/);

	await page.getByTestId('test-button').click();
	const udp = page.getByTestId('test-turn-udp');
	await udp.waitFor();
	assert.is(await udp.getAttribute('data-state'), 'fails');
	assert.match((await udp.textContent())!, /ours .*unreachable by UDP: connection refused.*Check that the server runs/s);
	assert.match((await page.getByTestId('test-outside').textContent())!, /^\s*Guests outside cannot join\. /);

	await page.reload();
	assert.is(await page.getByTestId('server-secret').inputValue(), '');
	// The secret was for the other address.
	await page.getByTestId('server-urls').fill('turn:127.0.0.2:9');
	await page.getByTestId('save-button').click();
	await page.getByTestId('server-secret-error').getByText('Enter it again').waitFor();
	await page.getByTestId('server-urls').fill('turn:127.0.0.1:9');
	await page.getByTestId('viewer-limit').fill('500');
	await page.getByTestId('save-button').click();
	const error = /12 guests \(2 each\) and 500 viewers need 524: widen the range to 8189–8712/;
	await page.getByTestId('network-error').getByText(error).waitFor();
	await page.getByTestId('viewer-limit').fill('60');
	await page.getByTestId('save-button').click();
	await page.getByText('Saved.').waitFor();
	assert.match(file(), /secret: "?enc:/);
	assert.match(file(), /viewers: 60/);
	assert.equal(
		browser.errors.filter((error) => !error.includes('400')),
		[],
	);
	await page.close();
});

test('the page fits a phone, and tells an operator who may use it', async ({ service, browser }) => {
	const page = await browser.page(`${service.http}/network#${service.ready.technicianToken}`);
	await page.setViewportSize({ width: 360, height: 740 });
	await page.getByTestId('addresses').waitFor();
	const width = await page.evaluate<number>('document.documentElement.scrollWidth');
	assert.ok(width <= 360, `${width} pixels wide`);
	if (process.env.R58_SCREENSHOTS)
		await page.screenshot({ path: join(process.env.R58_SCREENSHOTS, 'network-phone.png'), fullPage: true });
	await page.setViewportSize({ width: 1280, height: 800 });
	if (process.env.R58_SCREENSHOTS)
		await page.screenshot({ path: join(process.env.R58_SCREENSHOTS, 'network.png'), fullPage: true });
	await page.goto('about:blank');
	await page.goto(`${service.http}/network#${service.ready.operatorToken}`);
	await page.getByTestId('network-error').waitFor();
	assert.match((await page.getByTestId('network-error').textContent())!, /for technicians/);
	await page.close();
});

test.run();
