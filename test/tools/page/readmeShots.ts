/**
 * The pictures of README.md and the docs, from a running demo: `node dist/test/tools/page/readmeShots.js [FOLDER]` writes
 * switcher.webp (desktop) and guest.webp (phone), by default into panel/docs/pictures. Run it again when the pages change.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { root, TestService } from '../service.js';

const [folder = join(root, 'panel/docs/pictures')] = process.argv.slice(2);
/** Both together: they are part of every installation. */
const mostBytes = 300_000;

mkdirSync(folder, { recursive: true });
const service = await TestService.start({ canvas: '960x540p15', timeoutMs: 120_000 });
const flags = ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });
let bytes = 0;

/** As WebP: the browser makes it, playwright does not. */
async function shoot(page: Page, name: string): Promise<void> {
	// Meters and pictures settle.
	await page.waitForTimeout(2_000);
	const devtools = await page.context().newCDPSession(page);
	const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
	const picture = Buffer.from(data, 'base64');
	bytes += picture.length;
	writeFileSync(join(folder, `${name}.webp`), picture);
}

try {
	await service.onAir(120_000);
	const { body: ada } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada Lovelace' });
	const phone = await browser.newContext({
		viewport: { width: 390, height: 844 },
		hasTouch: true,
		isMobile: true,
		locale: 'en-GB',
		colorScheme: 'dark',
	});
	const guest = await phone.newPage();
	await guest.goto(ada.joinUrl);
	await guest.getByTestId('join-button').click({ timeout: 120_000 });
	await service.waitState(({ sources }) => sources[ada.id]?.state === 'live', 'the guest to be live', 120_000);
	await service.api('PATCH', '/api/scenes/pip/layers/0', { source: 'hdmi3' });
	await service.api('PATCH', '/api/scenes/pip/layers/1', { source: ada.id });
	await service.api('POST', '/api/cut', { scene: 'pip' });
	await service.api('PUT', '/api/preview', { scene: 'source-hdmi2' });
	await guest.locator('[data-testid="tally"][data-tally="program"]').waitFor({ timeout: 60_000 });
	await shoot(guest, 'guest');

	const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme: 'dark' });
	const switcher = await desk.newPage();
	await switcher.goto(`${service.http}/switcher#${service.ready.operatorToken}`);
	await switcher.getByTestId(`guest-${ada.id}`).waitFor({ timeout: 60_000 });
	await switcher.waitForTimeout(5_000);
	await shoot(switcher, 'switcher');
	console.log(`${bytes} bytes in ${folder}`);
	if (bytes > mostBytes) throw new Error(`the pictures are ${bytes} bytes together, more than ${mostBytes}`);
} finally {
	await browser.close();
	service.destroy();
}
