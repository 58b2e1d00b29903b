import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** From the first visit on, as people do it: nothing is set up, and nothing but the panel is used. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page; code: string }>('accounts');
const password = 'correct horse battery';

test.before(async (context) => {
	context.service = await TestService.start({ demo: false, args: ['--no-viewers'] });
	context.browser = await TestBrowser.start();
	// Longer than the panel itself waits for a password.
	context.browser.context.setDefaultTimeout(60_000);
	context.page = await context.browser.page(context.service.http);
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

/** A browser of somebody else. */
async function stranger(browser: TestBrowser, url: string): Promise<Page> {
	const page = await (await browser.context.browser()!.newContext()).newPage();
	page.setDefaultTimeout(60_000);
	await page.goto(url);
	return page;
}

test('the first visit asks for the code, sets the technician’s password and leads to the switcher', async ({ service, page }) => {
	const code = readFileSync(join(service.dataDir, 'setup-code'), 'utf8').trim();
	assert.ok(service.logs.some((line) => typeof line === 'object' && line.setupCode === code));
	await page.getByTestId('setup-code').fill('ABCDE-FGHJK');
	await page.getByTestId('setup-name').fill('Tess');
	await page.getByTestId('setup-password').fill(password);
	await page.getByTestId('setup-repeated').fill(`${password}!`);
	await page.getByTestId('setup-button').click();
	await page.getByText('The passwords do not match').waitFor();
	await page.getByTestId('setup-repeated').fill(password);
	await page.getByTestId('setup-button').click();
	await page.getByText('not the set-up code').waitFor();
	await page.getByTestId('setup-code').fill(code.toLowerCase());
	await page.getByTestId('setup-button').click();
	await page.waitForURL('**/switcher');
});

test('a technician who gives the own password makes an account, and a watch link, and finds both in the audit', async ({
	service,
	page,
}) => {
	await page.goto(`${service.http}/users`);
	await page.getByTestId('user-add').click();
	await page.getByTestId('user-name').fill('Olga');
	await page.getByTestId('user-password').fill(password);
	await page.getByTestId('present-password').fill('a guess of a thief');
	await page.getByTestId('user-save').click();
	await page.getByText('not your current password').waitFor();
	await page.getByTestId('present-password').fill(password);
	await page.getByTestId('user-save').click();
	await page.locator('r58-account-list').getByText('Olga').waitFor();
	await page.getByTestId('link-add').click();
	await page.getByTestId('token-label').fill('Foyer');
	await page.getByTestId('token-save').click();
	assert.match(await page.getByTestId('copy-text').inputValue(), /\/watch\/program#[\w-]{43}$/);
	await page.reload();
	await page.getByTestId('audit-filter').fill('created a');
	await page.getByText('No entry matches').waitFor();
	await page.getByTestId('audit-filter').fill('tess');
	await page.getByTestId('audit').getByText('created an account').waitFor();
	await page.getByTestId('audit').getByText('created a token').waitFor();
});

test('who logs in with name and password, gets where they wanted; a phone follows by a code', async ({ service, browser }) => {
	const page = await stranger(browser, `${service.http}/account`);
	await page.getByTestId('login-name').fill('olga');
	await page.getByTestId('login-password').fill('wrong password');
	await page.getByTestId('login-button').click();
	await page.getByText('Wrong name or password').waitFor();
	await page.getByTestId('login-password').fill(password);
	await page.getByTestId('login-button').click();
	assert.match((await page.getByTestId('account-name').textContent())!, /Olga.*operator/);
	await page.getByTestId('phone-code').click();
	const code = (await page.getByTestId('phone-typed').textContent())!;
	// As the QR code says, at the address of this test.
	const phone = await stranger(browser, `${service.http}/#code=${code.replace('-', '')}`);
	await phone.waitForURL('**/switcher');
	await phone.goto(`${service.http}/account`);
	assert.match((await phone.getByTestId('account-name').textContent())!, /Olga/);
	await phone.getByTestId('end-others').click();
	await phone.getByTestId('confirm-yes').click();
	await phone.getByText('No other browser').waitFor();
	await page.reload();
	await page.getByTestId('login-name').waitFor();
	await phone.getByTestId('password-old').fill(password);
	for (const field of ['password-new', 'password-repeated']) await phone.getByTestId(field).fill('another password');
	await phone.getByTestId('password-save').click();
	await phone.getByText('Changed.').waitFor();
	await phone.goto(`${service.http}/users`);
	await phone.getByText('This page is for technicians').waitFor();
});

test('no page needed anything that the policy forbids', ({ browser }) => {
	const errors = browser.errors.filter((error) => !/status of (401|400)/.test(error));
	assert.equal(errors, []);
});

test.run();
