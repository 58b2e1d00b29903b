/**
 * Screenshots of the pages Health and Logs on phone and desktop, light and dark, over an hour of a simulated machine.
 * `node dist/test/tools/page/healthShots.js FOLDER`. For looking at; nothing is asserted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Figure } from '../../../service/health/figures.js';
import { startApiServer } from '../apiServer.js';

const [folder = 'shots'] = process.argv.slice(2);
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	desktop: { viewport: { width: 1440, height: 900 } },
};
const GB = 1e9;

/** A machine with eight cores that grows hot, with a storm of interrupts in the middle and a gap. */
function reading(i: number): Figure[] {
	const wave = (period: number, height: number) => height * (1 + Math.sin((i * 2 * Math.PI) / period));
	const cores = Array.from(
		{ length: 8 },
		(_, core): Figure => ({ group: 'cpu', name: `core ${core}`, value: 20 + wave(90 + core * 7, 25) }),
	);
	return [
		{ group: 'cpu', name: 'all cores', value: 30 + wave(100, 20), limit: 90 },
		...cores,
		{ group: 'temperature', name: 'soc-thermal', value: 55 + i / 24, limit: 80 },
		{ group: 'temperature', name: 'gpu-thermal', value: 48 + i / 40, limit: 85 },
		{ group: 'memory', name: 'used', value: 1.4 * GB + i * 1e5, limit: 8.2 * GB },
		{ group: 'diskFree', name: 'left', value: 90 * GB - i * 2.5e6 },
		{ group: 'diskFree', name: 'size', value: 120 * GB },
		{ group: 'diskWrite', name: 'nvme0n1', value: 600_000 + wave(12, 200_000) },
		{ group: 'diskLatency', name: 'nvme0n1', value: 1 + wave(50, 2), limit: 500 },
		{ group: 'diskErrors', name: 'nvme0n1', value: 2, limit: 0 },
		{ group: 'network', name: 'eth0 in', value: 9000 + wave(60, 2000) },
		{ group: 'network', name: 'eth0 out', value: 22_000 + wave(80, 4000) },
		{ group: 'networkErrors', name: 'eth0', value: 0, limit: 0 },
		{ group: 'linkSpeed', name: 'eth0', value: 1000 },
		{ group: 'interrupts', name: 'all devices', value: i > 300 && i < 360 ? 61_000 : 4000 },
		{ group: 'interrupts', name: '101 fdee0000.hdmirx', value: i > 300 && i < 360 ? 58_000 : 240, limit: 20_000 },
		{ group: 'loopDelay', name: 'p50', value: 0.4 },
		{ group: 'loopDelay', name: 'p99', value: 6 + wave(30, 3), limit: 100 },
		{ group: 'throttle', name: 'policy4', value: i > 640 ? 25 : 0, limit: 0 },
		{ group: 'frequency', name: 'policy0', value: 1800 },
		{ group: 'frequency', name: 'policy4', value: i > 640 ? 1800 : 2400 },
		{ group: 'load', name: '1 minute', value: 2 + wave(70, 1), limit: 16 },
		{ group: 'service', name: 'resident', value: 130e6 + wave(200, 4e6) },
	];
}

async function shoot(page: Page, name: string): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.waitForTimeout(300);
		await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
	}
}

mkdirSync(folder, { recursive: true });
const server = await startApiServer({ panelDir: fileURLToPath(new URL('../../../panel', import.meta.url)) });
const { show, log, tokens } = server;
const start = Date.now() - 720 * 5000;
for (let i = 0; i < 720; i++) if (i < 200 || i > 230) show.health.history.add(start + i * 5000, reading(i));
const fault = (code: string, subject: string, message: string, remedy: string | null) => {
	const since = new Date().toISOString();
	show.state.setFaults([...show.state.current.faults, { code, subject, message, params: null, remedy, since, count: 1 }]);
	log.warn({ fault: code, subject, count: 1 }, message);
};
log.info({ reason: 'missing' }, 'created a new server certificate');
fault('temperature', 'soc-thermal', 'soc-thermal is hotter than 80 °C', 'Clear the air inlets and the fan');
fault(
	'throttled',
	'processor',
	'the machine is throttling (policy4): it is too hot, or its power supply is too weak',
	'Check the temperature',
);
log.error(
	{ host: 'recorder wall', err: { type: 'Error', message: 'write: No space left on device', stack: 'Error: …' } },
	'host down',
);
for (let i = 0; i < 20; i++) log.info({ host: `source hdmi${(i % 4) + 1}` }, 'the signal is 1920×1080p30');
const browser = await chromium.launch({
	executablePath: '/usr/bin/chromium',
	headless: true,
	args: ['--no-sandbox', '--disable-gpu'],
});
try {
	for (const [device, options] of Object.entries(devices)) {
		const context = await browser.newContext({ ...options, locale: 'en-GB' });
		context.setDefaultTimeout(120_000);
		const page = await context.newPage();
		page.on('pageerror', (error) => process.stderr.write(`${error.stack}\n`));
		page.on('console', (message) => message.type() === 'error' && process.stderr.write(`${message.text()}\n`));
		await page.goto(`${server.httpUrl}/health#${tokens.technician}`);
		await page.getByTestId('chart-cpu').waitFor();
		await page.getByTestId('alerts-webhook').waitFor();
		await shoot(page, `${device}-health`);
		await page.goto(`${server.httpUrl}/logs`);
		await page.getByTestId('logs-lines').waitFor();
		await shoot(page, `${device}-logs`);
		await context.close();
	}
} finally {
	await browser.close();
	await server.stop();
}
