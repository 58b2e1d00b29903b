/**
 * Screenshots of the Ready page, the show log and its note, on phone and desktop, light and dark, of a show with some history and
 * some faults. `node dist/test/tools/page/readyShots.js FOLDER`. For looking at; nothing is asserted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Recording } from '../../../service/contract/recordings.js';
import { TestService } from '../service.js';
import { until } from '../wait.js';

const [folder = 'shots'] = process.argv.slice(2);
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	desktop: { viewport: { width: 1440, height: 900 } },
};

mkdirSync(folder, { recursive: true });
const service = await TestService.start({ timeoutMs: 120_000, canvas: '320x180p30', args: ['--no-viewers'] });
const browser = await chromium.launch({
	executablePath: '/usr/bin/chromium',
	headless: true,
	args: ['--no-sandbox', '--disable-gpu'],
});

async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage });
	}
}

try {
	const record = () => service.api<Recording>('POST', '/api/recordings', { name: 'Opening night' });
	const { id } = await until(
		async () => {
			const { status, body } = await record();
			return status === 201 && body;
		},
		{ what: 'a recording', timeoutMs: 120_000, everyMs: 1000 },
	);
	await service.api('POST', '/api/cut', { scene: 'source-hdmi2' });
	await service.api('POST', '/api/take', { kind: 'mix', durationMs: 400 });
	await service.api('POST', '/api/guests', { name: 'Constance Featherstonehaugh-Cholmondeley' });
	await service.api('PATCH', '/api/audio/hdmi2', { mute: true });
	process.kill((await service.host('source', 'hdmi4')).pid, 'SIGKILL');
	await service.api('POST', '/api/log', { text: 'Applause; cut the second half of the speech before this' });
	await service.allowOwnTargets();
	await service.api('POST', '/api/targets', { kind: 'rtp', label: 'Video wall', host: 'wall.invalid', videoPort: 5004 });
	await service.api('POST', '/api/targets', { kind: 'rtp', label: 'Foyer', host: '127.0.0.1', videoPort: 5006, enabled: false });
	await service.waitState(({ recordings }) => recordings[id]!.durationMs > 3000, 'three seconds', 60_000);
	await service.api('POST', `/api/recordings/${id}/stop`);
	for (const [device, options] of Object.entries(devices)) {
		const context = await browser.newContext({ ...options, locale: 'en-GB' });
		context.setDefaultTimeout(60_000);
		const page = await context.newPage();
		await page.goto(`${service.http}/ready#${service.ready.operatorToken}`);
		await page.getByTestId('ready-verdict').waitFor();
		await page.getByTestId('plan-hours').fill('90');
		await page.getByTestId('plan-hours').press('Enter');
		await page.getByTestId('ready-test').click();
		await shoot(page, `${device}-ready-testing`);
		await page.getByTestId('ready-test').waitFor();
		await shoot(page, `${device}-ready`, true);
		await page.getByTestId('ready-only').click();
		await shoot(page, `${device}-ready-open`);
		await page.goto(`${service.http}/log`);
		await page.getByTestId('log-entry').first().waitFor();
		await shoot(page, `${device}-log`);
		await page.getByTestId('log-text').fill('nothing has this');
		await page.getByTestId('log-reset').waitFor();
		await shoot(page, `${device}-log-empty`);
		await page.getByTestId('log-note').click();
		await page.getByTestId('note-text').fill('Second speaker begins');
		await shoot(page, `${device}-note`);
		await page.goto(`${service.http}/recordings`);
		await page.getByTestId('download').first().waitFor();
		await shoot(page, `${device}-recordings`);
		await page.goto(`${service.http}/switcher`);
		await page.getByTestId('cut-button').waitFor();
		await shoot(page, `${device}-switcher`);
		await context.close();
	}
} finally {
	await browser.close();
	service.destroy();
}
