import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { Fault } from '../../service/contract/faults.js';
import type { Scene } from '../../service/contract/scenes.js';
import { template } from '../../service/settings/schema.js';
import { temporaryFolder } from '../tools/apiServer.js';
import { TestBrowser } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** The panel's Settings page and the commands beside it, on one running service. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page; dir: string }>('settings page');

test.before(async (context) => {
	context.dir = temporaryFolder();
	const dataDir = join(context.dir, 'data');
	mkdirSync(dataDir);
	writeFileSync(join(dataDir, 'settings.yaml'), template.replace('canvas: null', 'canvas: 320x180p15'));
	context.service = await TestService.start({ canvas: null, dataDir });
	context.browser = await TestBrowser.start();
	context.page = await context.browser.page(`${context.service.http}/settings#${context.service.ready.technicianToken}`);
});
test.after(async ({ service, browser, dir }) => {
	await browser?.close();
	await service?.stop();
	rmSync(dir, { recursive: true, force: true });
});

const path = (service: TestService) => join(service.dataDir, 'settings.yaml');
const file = (service: TestService) => readFileSync(path(service), 'utf8');
async function r58(service: TestService, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
	const child = spawn(process.execPath, [join(root, 'dist/service/cli/r58.js'), ...args, '--data', service.dataDir]);
	const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
	const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
	return { code: await ended, out, err };
}
async function faults(service: TestService): Promise<Fault[]> {
	return (await service.api<{ faults: Fault[] }>('GET', '/api/health')).body.faults.filter(({ code }) => code === 'settings');
}

test('a section is changed where it stands in the file; what does not fit names the field, what counts later says so', async ({
	service,
	page,
}) => {
	await page.getByTestId('change-access').click();
	await page.getByTestId('access-public-url').fill('http://studio.example.org');
	await page.getByTestId('access-save').click();
	await page.getByTestId('access-error').waitFor();
	assert.match((await page.getByTestId('access-error').textContent())!, /access\.publicUrl: must be like https:/i);
	await page.getByTestId('access-public-url').fill('https://studio.example.org');
	await page.getByTestId('access-save').click();
	await page.getByTestId('section-access').getByText('https://studio.example.org').waitFor();
	assert.match(file(service), /# The public name[\s\S]*publicUrl: https:\/\/studio\.example\.org\n/);

	await page.getByTestId('change-program').click();
	await page.getByTestId('program-canvas').fill('1281x720p30');
	await page.getByTestId('program-save').click();
	await page.getByTestId('program-error').waitFor();
	assert.match((await page.getByTestId('program-error').textContent())!, /program\.canvas: .*even, not 1281/i);
	await page.getByTestId('program-canvas').fill('320x180p25');
	await page.getByTestId('program-save').click();
	await page.getByTestId('waiting').waitFor();
	assert.match((await page.getByTestId('waiting').textContent())!, /restart: program/);
	assert.match((await page.getByTestId('applies-program').textContent())!, /after a restart/);
});

test('a broken edit on disk is shown with its line, and gone when it is mended', async ({ service, page }) => {
	const good = file(service);
	const line = good.split('\n').findIndex((text) => text.startsWith('  tcp: ')) + 1;
	writeFileSync(path(service), good.replace('  tcp: false', '  tcp: perhaps'));
	const mark = page.getByTestId('wrong-line');
	await mark.waitFor();
	assert.is(await mark.getAttribute('data-line'), String(line));
	assert.match((await mark.textContent())!, new RegExp(`Line ${line}, network\\.tcp: expected boolean`));
	const [fault] = await faults(service);
	assert.match(fault!.message, new RegExp(`^settings\\.yaml: line ${line}, column 8, network\\.tcp: `));
	assert.is(await page.getByTestId('change-access').isDisabled(), true);
	if (process.env.R58_SCREENSHOTS) await shots(page, 'settings-broken');
	writeFileSync(path(service), good);
	await page.getByTestId('file-broken').waitFor({ state: 'detached' });
	assert.equal(await faults(service), []);
});

test('r58 config checks, applies and shows on the running service', async ({ service, dir }) => {
	const other = join(dir, 'other.yaml');
	writeFileSync(other, file(service).replace('policy: all', 'policy: none'));
	const before = file(service);
	const refused = await r58(service, 'config', 'apply', other);
	assert.is(refused.code, 1);
	const line = before.split('\n').findIndex((text) => text.includes('policy: all')) + 1;
	assert.ok(refused.err.startsWith(`${other}:${line}:11: network.policy: `), refused.err);
	assert.is(file(service), before);
	writeFileSync(other, before.replace('tcp: false', 'tcp: true'));
	const applied = await r58(service, 'config', 'apply', other);
	assert.equal([applied.code, applied.err], [0, '']);
	assert.match(applied.out, /written and in use\nApplies after a restart of the service: program/);
	const settings = await service.api<{ network: { tcp: boolean } }>('GET', '/api/settings', undefined, {
		token: service.ready.technicianToken,
	});
	assert.is(settings.body.network.tcp, true, 'the service has it when the command has ended');
	const shown = JSON.parse((await r58(service, 'config', 'show', '--json')).out) as {
		restart: string[];
		fields: { field: string; value: unknown; default: unknown; line: number }[];
	};
	assert.equal(shown.restart, ['program']);
	const tcp = shown.fields.find(({ field }) => field === 'network.tcp')!;
	assert.equal([tcp.value, tcp.default], [true, false]);
	assert.match(file(service).split('\n')[tcp.line - 1]!, /^ {2}tcp: true/);
	assert.is((await r58(service, 'config', 'check')).code, 0);
	assert.is((await r58(service, 'config')).code, 2);
});

test('a backup is downloaded, looked into, and restored; the show goes on until the restart', async (context) => {
	const { service, page, dir } = context;
	const layers = [{ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 }];
	const put = (id: string) => service.api<Scene>('PUT', `/api/scenes/${id}`, { label: `Scene ${id}`, layers });
	assert.is((await put('interview')).status, 200);
	await page.getByTestId('backup-passphrase').fill('correct horse battery');
	const downloading = page.waitForEvent('download');
	await page.getByTestId('backup-download').click();
	const archive = join(dir, 'backup.tar.gz');
	await (await downloading).saveAs(archive);

	await service.api('DELETE', '/api/scenes/interview');
	await put('later');
	await service.api('PATCH', '/api/settings', { network: { tcp: false } }, { token: service.ready.technicianToken });
	await page.getByTestId('restore-file').setInputFiles(archive);
	await page.getByTestId('restore-look').click();
	const plan = page.getByTestId('restore-plan');
	await plan.waitFor();
	const said = (await plan.textContent())!;
	assert.match(said, /network\.tcp: false → true/);
	assert.match(said, /Scenes added: Scene interview; removed: Scene later/);
	assert.match(said, /stay as they are here: they need the passphrase/);
	if (process.env.R58_SCREENSHOTS) await shots(page, 'settings-plan');
	const mixer = await service.host('mixer', 'program');
	await page.getByTestId('restore-do').click();
	await page.getByTestId('confirm-yes').click();
	await page.getByTestId('pending-cancel').waitFor();
	assert.match((await page.getByTestId('waiting').textContent())!, /A restore was requested .* runs at the next start/);
	await page.getByTestId('reset-button').click();
	await page.getByTestId('reset-confirm').fill('reset');
	if (process.env.R58_SCREENSHOTS) await shots(page, 'settings-reset');
	await page.getByTestId('reset-save').click();
	const valid = page
		.getByTestId('reset-confirm')
		.evaluate((field: unknown) => (field as { validity: { valid: boolean } }).validity.valid);
	assert.is(await valid, false, 'the words are asked for');
	await page.getByTestId('reset-cancel').click();
	assert.is((await service.host('mixer', 'program')).pid, mixer.pid, 'nothing of the show was started anew');
	assert.is((await service.api('GET', '/api/health')).status, 200);
	assert.ok((await service.state()).scenes.later, 'the show is as it was');

	const { dataDir } = service;
	await service.stop();
	context.service = await TestService.start({ canvas: null, dataDir });
	const { scenes, system } = await context.service.waitState(() => true, 'the first answer after the restart');
	assert.equal([scenes.interview?.label, scenes.later], ['Scene interview', undefined]);
	assert.match(file(context.service), /tcp: true/);
	assert.equal(system.canvas, { width: 320, height: 180, fpsNum: 25, fpsDen: 1 }, 'what waited for the restart counts');
});

test('the page fits a phone, and tells an operator who may use it', async ({ service, browser }) => {
	const page = await browser.page(`${service.http}/settings#${service.ready.technicianToken}`);
	await page.setViewportSize({ width: 360, height: 740 });
	await page.getByTestId('section-network').waitFor();
	const width = await page.evaluate<number>('document.documentElement.scrollWidth');
	assert.ok(width <= 360, `${width} pixels wide`);
	if (process.env.R58_SCREENSHOTS) await shots(page, 'settings-phone');
	await page.goto('about:blank');
	await page.goto(`${service.http}/settings#${service.ready.operatorToken}`);
	await page.getByTestId('settings-error').waitFor();
	assert.match((await page.getByTestId('settings-error').textContent())!, /for technicians/);
	await page.close();
});

/** For looking at. */
async function shots(page: Page, name: string): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(process.env.R58_SCREENSHOTS!, `${name}-${colorScheme}.png`), fullPage: true });
	}
}

test.run();
