import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { Recording } from '../../service/contract/recordings.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** What the switcher says of program and recording is what is so. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page }>('what the operator is told');

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

const says = (page: Page, id: string, words: string) =>
	until(async () => (await page.getByTestId(id).allInnerTexts()).join() === words, {
		what: `${id} to say “${words}”`,
	});

test('ON AIR burns over a picture alone; black and silence are told as what they are', async ({ page, service }) => {
	const cut = async (layers: object[]) => {
		assert.is((await service.api('PUT', '/api/scenes/test', { layers })).status, 200);
		assert.is((await service.api('POST', '/api/cut', { scene: 'test' })).status, 200);
	};
	const layer = (source: string | null, alpha = 1) => ({ source, x: 0, y: 0, w: 1, h: 1, z: 0, alpha });
	await cut([layer(null)]);
	await says(page, 'on-air', 'BLACK');
	await cut([layer('hdmi1')]);
	await says(page, 'on-air', 'ON AIR');
	await service.api('PATCH', '/api/audio/hdmi1', { gainDb: -59 });
	await cut([layer('hdmi1', 0.001)]);
	await says(page, 'on-air', '⚠ BLACK');
	await says(page, 'program-sound', '⚠ SILENT');
	await service.api('PATCH', '/api/audio/hdmi1', { gainDb: 0 });
	await cut([layer('hdmi1')]);
	await says(page, 'on-air', 'ON AIR');
	await says(page, 'program-sound', '');
});

test('a recording that loses its file is a bar that stays until somebody has seen it', async ({ page, service }) => {
	const { body } = await service.api<Recording>('POST', '/api/recordings', { name: 'Evening: “show”' });
	const { recordings } = await service.waitState(({ recordings }) => recordings[body.id]!.durationMs > 1500, 'some recording');
	assert.is(recordings[body.id]!.files[0]!.name, 'program-001.mp4');
	const file = await service.api('GET', `/api/recordings/${body.id}/files/program-001.mp4`, undefined, {
		headers: { range: 'bytes=0-0' },
	});
	assert.match(
		file.headers.get('content-disposition')!,
		/filename\*=UTF-8''Evening\.%20%E2%80%9Cshow%E2%80%9D%20-%20program%20-%20part%201\.mp4$/,
	);
	unlinkSync(join(service.dataDir, 'recordings', body.id, 'program-001.mp4'));
	const bar = page.getByTestId('recording-alarm');
	await bar.waitFor();
	assert.match((await bar.textContent()) ?? '', /is gone: it was deleted or moved/);
	// A page that is opened later says it too, until it was seen.
	await page.reload();
	await bar.waitFor();
	await page.getByTestId('alarm-seen').click();
	await bar.waitFor({ state: 'hidden' });
	await service.waitState(({ faults }) => !faults.some(({ code }) => code === 'recording-lost'), 'the fault to be over');
	await service.api('POST', `/api/recordings/${body.id}/stop`);
});

test.run();
