/**
 * Screenshots of every page of the panel, in both languages, on phone, tablet and desktop, light and dark.
 * `node dist/test/tools/page/pageShots.js FOLDER [PAGE…]`, pages by their names in service/contract/pages and `login`. For looking at;
 * it prints what is wider than its screen.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium } from 'playwright-core';
import { pages } from '../../../service/contract/pages.js';
import { TestService } from '../service.js';

const [folder = 'shots', ...chosen] = process.argv.slice(2);
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
	desktop: { viewport: { width: 1440, height: 900 } },
};
const languages = ['en', 'no'];

mkdirSync(folder, { recursive: true });
const service = await TestService.start({ timeoutMs: 120_000 });
const flags = ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });

try {
	await service.onAir(120_000);
	await service.api('POST', '/api/guests', { name: 'Constance Featherstonehaugh' });
	await service.api('PUT', '/api/preview', { scene: 'quad' });
	const target = { kind: 'rtp', label: 'Video wall', host: '127.0.0.1', videoPort: 45_004, audioPort: 45_006 };
	await service.api('POST', '/api/targets', target);
	const shown = [...pages.filter(({ role }) => role !== null), { name: 'login', path: '/switcher' }];
	for (const [device, options] of Object.entries(devices))
		for (const language of languages) {
			const context = await browser.newContext({ ...options, locale: language === 'no' ? 'nb-NO' : 'en-GB' });
			context.setDefaultTimeout(60_000);
			const page = await context.newPage();
			page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
			await page.goto(`${service.http}/account#${service.ready.technicianToken}`);
			await page.getByTestId('account-name').waitFor();
			for (const { name, path } of shown) {
				if (chosen.length > 0 && !chosen.includes(name)) continue;
				if (name === 'login') await context.clearCookies();
				await page.goto(`${service.http}${path}`);
				await page.locator('main').first().waitFor();
				// Pictures, meters and figures come.
				await page.waitForTimeout(1500);
				const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
				if (wide > 0) console.log(`${name} ${device} ${language}: ${wide} px too wide`);
				for (const colorScheme of ['light', 'dark'] as const) {
					await page.emulateMedia({ colorScheme });
					await page.screenshot({ path: join(folder, `${name}-${device}-${language}-${colorScheme}.png`), fullPage: true });
				}
			}
			await context.close();
		}
} finally {
	await browser.close();
	service.destroy();
}
