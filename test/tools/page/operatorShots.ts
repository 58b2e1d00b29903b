/**
 * Screenshots of what an operator sees of guests, on phone and desktop, light and dark: three of them in the room, one who knocks,
 * the dialog of links and its QR code. `node dist/test/tools/page/operatorShots.js FOLDER`. For looking at; nothing is asserted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { TestService } from '../service.js';

const [folder = 'shots'] = process.argv.slice(2);
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	desktop: { viewport: { width: 1440, height: 900 } },
};

mkdirSync(folder, { recursive: true });
const service = await TestService.start({ timeoutMs: 120_000 });
const flags = ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });

/** In a browser profile of its own: a guest is remembered there. */
async function visit(url: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await page.goto(url);
	return page;
}

async function guest(name: string, joins: boolean): Promise<GuestInvite> {
	const { body } = await service.api<GuestInvite>('POST', '/api/guests', { name });
	if (!joins) return body;
	const page = await visit(body.joinUrl);
	await page.getByTestId('join-button').click();
	await service.waitState(({ sources }) => sources[body.id]?.state === 'live', `${name} to be live`, 60_000);
	return body;
}

async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
	// Meters and pictures settle.
	await page.waitForTimeout(700);
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage });
	}
}

try {
	await service.onAir(120_000);
	const ada = await guest('Ada Lovelace', true);
	const bob = await guest('Bob', true);
	await guest('Constance Featherstonehaugh-Cholmondeley', false);
	await service.api('POST', '/api/cut', { scene: `source-${ada.id}` });
	await service.api('POST', `/api/guests/${bob.id}/messages`, { text: 'You are next. Please look into the camera.' });
	const visitor = await visit(`${service.http}/guest_join`);
	await visitor.getByTestId('door-name').fill('Grace Hopper');
	await visitor.getByTestId('door-knock').click();
	await visitor.getByTestId('door-leave').waitFor();
	for (const [device, options] of Object.entries(devices)) {
		const context = await browser.newContext({ ...options, locale: 'en-GB' });
		context.setDefaultTimeout(60_000);
		const page = await context.newPage();
		await page.goto(`${service.http}/switcher#${service.ready.operatorToken}`);
		await page.getByTestId(`guest-${ada.id}`).scrollIntoViewIfNeeded();
		await shoot(page, `${device}-guests`);
		await page.getByTestId(`guest-more-${bob.id}`).click();
		await page.getByTestId(`guest-cap-${bob.id}`).scrollIntoViewIfNeeded();
		await shoot(page, `${device}-guest-more`);
		await shoot(page, `${device}-page`, true);
		await page.getByTestId(`guest-links-${bob.id}`).click();
		await page.getByTestId('invite-dialog').waitFor();
		await shoot(page, `${device}-links`);
		await page.getByTestId('invite-another').click();
		await page.getByTestId('guest-invite-qr').first().click();
		await shoot(page, `${device}-qr`);
		await context.close();
	}
} finally {
	await browser.close();
	service.destroy();
}
