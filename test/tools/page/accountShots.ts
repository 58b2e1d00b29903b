/**
 * Screenshots of accounts on phone and desktop, light and dark: first visit, login, own account with a phone's code, all accounts
 * with tokens and audit. `node dist/test/tools/page/accountShots.js FOLDER`. For looking at; nothing is asserted.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { TestService } from '../service.js';

const [folder = 'shots'] = process.argv.slice(2);
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	desktop: { viewport: { width: 1280, height: 800 } },
};
const password = 'correct horse battery';

mkdirSync(folder, { recursive: true });
const service = await TestService.start({ demo: false, timeoutMs: 120_000, args: ['--no-viewers'] });
const browser = await chromium.launch({
	executablePath: '/usr/bin/chromium',
	headless: true,
	args: ['--no-sandbox', '--disable-gpu'],
});

async function shoot(page: Page, name: string): Promise<void> {
	await page.waitForTimeout(500);
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
	}
}

try {
	const code = readFileSync(join(service.dataDir, 'setup-code'), 'utf8').trim();
	for (const [device, options] of Object.entries(devices)) {
		const page = await (await browser.newContext({ ...options, locale: 'en-GB' })).newPage();
		page.setDefaultTimeout(60_000);
		page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
		await page.goto(service.http);
		if (device === 'phone') {
			await page.getByTestId('setup-code').waitFor();
			await shoot(page, `${device}-first`);
			await page.getByTestId('setup-code').fill(code);
			await page.getByTestId('setup-name').fill('Tess');
			await page.getByTestId('setup-password').fill(password);
			await page.getByTestId('setup-repeated').fill(password);
			await page.getByTestId('setup-button').click();
		} else {
			await page.getByTestId('login-name').fill('Tess');
			await page.getByTestId('login-password').fill('wrong');
			await page.getByTestId('login-button').click();
			await page.getByTestId('login-error').waitFor();
			await shoot(page, `${device}-login`);
			await page.getByTestId('login-password').fill(password);
			await page.getByTestId('login-button').click();
		}
		await page.waitForURL('**/switcher');
		await page.goto(`${service.http}/account`);
		await page.getByTestId('phone-code').click();
		await page.getByTestId('phone-qr').waitFor();
		await shoot(page, `${device}-account`);
		await page.goto(`${service.http}/users`);
		await page.getByTestId('user-add').click();
		await page.getByTestId('user-name').fill(`Olga on the ${device}`);
		await page.getByTestId('user-password').fill(password);
		await shoot(page, `${device}-add`);
		await page.getByTestId('present-password').fill(password);
		await page.getByTestId('user-save').click();
		await page.getByText(`Olga on the ${device}`).first().waitFor();
		await page.getByTestId('link-add').click();
		await page.getByTestId('token-label').fill('Foyer screen');
		await page.getByTestId('token-save').click();
		await page.getByTestId('token-made').waitFor();
		await page.reload();
		await page.getByTestId('audit').waitFor();
		await shoot(page, `${device}-users`);
		await page.goto(`${service.http}/system`);
		await page.getByTestId('users-link').waitFor();
		await shoot(page, `${device}-system`);
	}
} finally {
	await browser.close();
	service.destroy();
}
