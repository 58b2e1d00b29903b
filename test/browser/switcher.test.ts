import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { type Colour, parseColour } from '../tools/engine/counter.js';
import { TestBrowser, untilColour } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** The operator's page, as an operator uses it. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page }>('switcher');
const red = parseColour('#c83232');
const green = parseColour('#32b432');
const blue = parseColour('#3250c8');
const edge: [number, number] = [0.04, 0.5];

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
	context.browser = await TestBrowser.start();
	context.page = await context.browser.page(`${context.service.http}/switcher#${context.service.ready.operatorToken}`);
	await context.page.getByTestId('tile-hdmi1').waitFor();
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

async function buses(service: TestService) {
	return (await service.state()).buses;
}

test('the token leaves the address bar', ({ page }) => {
	assert.is(new URL(page.url()).hash, '');
});

test('tiles show their sources live, preview and program show their scenes', async ({ page, service }) => {
	await service.api('POST', '/api/cut', { scene: 'source-hdmi2' });
	await service.api('PUT', '/api/preview', { scene: 'source-hdmi3' });
	const canvas = (id: string) => page.getByTestId(`${id}-canvas`);
	for (const [id, colour] of Object.entries({ hdmi1: red, hdmi2: green, hdmi3: blue, preview: blue } satisfies Record<
		string,
		Colour
	>))
		await untilColour(canvas(id), edge, colour, { tolerance: 32 });
	await untilColour(page.getByTestId('program-video'), edge, green, { tolerance: 16 });
});

test('tap a tile, cut: it was on preview, then on program', async ({ page, service }) => {
	await page.getByTestId('tile-hdmi1').click();
	await until(async () => (await buses(service)).preview === 'source-hdmi1', { what: 'hdmi1 on preview' });
	await page.getByTestId('cut-button').click();
	await until(async () => (await buses(service)).program === 'source-hdmi1', { what: 'hdmi1 on program' });
	await untilColour(page.getByTestId('program-video'), edge, red, { tolerance: 16 });
});

test('mix swaps preview and program', async ({ page, service }) => {
	await page.getByTestId('tile-hdmi3').click();
	await until(async () => (await buses(service)).preview === 'source-hdmi3', { what: 'hdmi3 on preview' });
	const before = await buses(service);
	await page.getByTestId('mix-button').click();
	const after = await until(
		async () => {
			const now = await buses(service);
			return now.program === before.preview && now;
		},
		{ what: 'the mix' },
	);
	assert.is(after.preview, before.program);
});

test('keys: a number previews, Space cuts', async ({ page, service }) => {
	await page.keyboard.press('2');
	await until(async () => (await buses(service)).preview === 'source-hdmi2', { what: 'hdmi2 on preview' });
	await page.keyboard.press('Space');
	await until(async () => (await buses(service)).program === 'source-hdmi2', { what: 'hdmi2 on program' });
});

test('a layout on preview takes any source in any slot by two taps', async ({ page, service }) => {
	await page.getByTestId('layout-quad').click();
	await until(async () => (await buses(service)).preview === 'quad', { what: 'the quad on preview' });
	await page.getByTestId('slot-0').click();
	await page.getByTestId('tile-hdmi3').click();
	await service.waitState(({ scenes }) => scenes.quad!.layers[0]!.source === 'hdmi3', 'hdmi3 in the first box');
	await untilColour(page.getByTestId('preview-canvas'), [0.02, 0.25], blue, { tolerance: 32 });
});

test('a number key fills the chosen box, and previews again once none is chosen', async ({ page, service }) => {
	await page.getByTestId('layout-quad').click();
	await until(async () => (await buses(service)).preview === 'quad', { what: 'the quad on preview' });
	await page.getByTestId('slot-1').click();
	await page.keyboard.press('4');
	await service.waitState(({ scenes }) => scenes.quad!.layers[1]!.source === 'hdmi4', 'hdmi4 in the second box');
	assert.is((await buses(service)).preview, 'quad');
	await page.keyboard.press('1');
	await until(async () => (await buses(service)).preview === 'source-hdmi1', { what: 'hdmi1 on preview' });
});

test('a chosen box stays chosen when another operator changes preview, and two boxes filled at once keep both', async ({
	page,
	service,
}) => {
	await page.getByTestId('layout-quad').click();
	await page.getByTestId('slot-2').click();
	await service.api('PUT', '/api/preview', { scene: 'source-hdmi1' });
	await page.getByTestId('preview-label').getByText('HDMI 1').waitFor();
	assert.match((await page.getByTestId('hint').textContent()) ?? '', /Box 3 of “Quad”/);
	// Somebody else fills another box in the same moment, from what was there before.
	const { version } = (await service.state()).scenes.quad!;
	const [other] = await Promise.all([
		service.api('PATCH', '/api/scenes/quad/layers/3', { source: 'hdmi1', version }),
		page.getByTestId('tile-hdmi2').click(),
	]);
	assert.is(other.status, 200);
	const { scenes } = await service.waitState(
		({ scenes }) => scenes.quad!.layers[2]!.source === 'hdmi2',
		'hdmi2 in the third box',
	);
	assert.is(scenes.quad!.layers[3]!.source, 'hdmi1');
	assert.is((await buses(service)).preview, 'source-hdmi1', 'preview is as the other operator left it');
});

test('two quick taps put a source on air and leave preview as it was', async ({ page, service }) => {
	await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
	await page.getByTestId('layout-quad').click();
	await until(async () => (await buses(service)).preview === 'quad', { what: 'the quad on preview' });
	await page.getByTestId('preview-label').getByText('Quad').waitFor();
	await page.getByTestId('tile-hdmi3').dblclick();
	await until(async () => (await buses(service)).program === 'source-hdmi3', { what: 'hdmi3 on program' });
	await until(async () => (await buses(service)).preview === 'quad', { what: 'the quad on preview again' });
});

test('settings of a source, by keyboard: a lost one shows the slate in its tile', async ({ page, service }) => {
	await page.getByTestId('settings-hdmi4').focus();
	await page.keyboard.press('Enter');
	await page.getByTestId('source-dialog').waitFor({ state: 'visible' });
	await page.getByTestId('source-on-loss').focus();
	await page.keyboard.press('N');
	await page.keyboard.press('Tab');
	await page.getByTestId('source-label').fill('Stage left');
	await page.keyboard.press('Enter');
	await page.getByTestId('source-dialog').waitFor({ state: 'hidden' });
	await service.waitState(
		({ sources }) => sources.hdmi4!.onLoss === 'slate' && sources.hdmi4!.label === 'Stage left',
		'the settings to be kept',
	);
	process.kill((await service.host('source', 'hdmi4')).pid, 'SIGSTOP');
	await untilColour(page.getByTestId('hdmi4-canvas'), edge, [36, 36, 36], { tolerance: 24 });
	await untilColour(page.getByTestId('hdmi4-canvas'), edge, parseColour('#c8b432'), { tolerance: 32 });
});

test('record, and stop with a second press', async ({ page, service }) => {
	await page.getByTestId('record-button').click();
	const { recordings } = await service.waitState(
		({ recordings }) => Object.values(recordings).some(({ state }) => state === 'recording'),
		'a recording',
	);
	const id = Object.keys(recordings)[0]!;
	await page.getByTestId('record-duration').waitFor();
	await page.getByTestId('record-button').click();
	assert.is((await service.state()).recordings[id]!.state, 'recording');
	await page.getByTestId('record-button').click();
	await service.waitState((state) => state.recordings[id]!.state === 'finished', 'the recording to be finished');
});

test('a service that is frozen greys the panel within 2 s; it recovers by itself', async ({ page, service }) => {
	const banner = page.getByTestId('offline-banner');
	assert.is(await banner.isVisible(), false);
	const hosts = service.hosts().map((host) => host.pid);
	service.kill('SIGSTOP');
	try {
		const at = performance.now();
		await banner.waitFor({ state: 'visible' });
		const greyMs = performance.now() - at;
		assert.ok(greyMs < 2500, `greyed after ${Math.round(greyMs)} ms`);
		assert.ok(await page.getByTestId('cut-button').isDisabled(), 'the buttons are dead');
	} finally {
		service.kill('SIGCONT');
	}
	await banner.waitFor({ state: 'hidden' });
	await page.getByTestId('tile-hdmi1').click();
	await until(async () => (await buses(service)).preview === 'source-hdmi1', { what: 'the panel to work again' });
	assert.equal(
		service.hosts().filter((host) => hosts.includes(host.pid)).length,
		hosts.length,
		'a service that was held up blames no host for it',
	);
});

test.run();
