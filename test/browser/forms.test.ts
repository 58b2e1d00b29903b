import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { SourceOf } from '../../service/contract/sources.js';
import { openStore } from '../../service/store/store.js';
import { GstLaunch, killLaunches } from '../tools/engine/gstLaunch.js';
import { freePorts } from '../tools/net/ports.js';
import { TestBrowser, untilColour } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until, within } from '../tools/wait.js';

export const alone = true;

/** The panel's forms for inputs, outputs, recordings and safe mode, as an operator fills them in. */
const test = suite<{ service: TestService; browser: TestBrowser; page: Page; dataDir: string }>('forms');

test.before(async (context) => {
	context.dataDir = mkdtempSync(join(tmpdir(), 'r58-forms-'));
	// As three starts that crashed leave it.
	const store = openStore(context.dataDir);
	store.settings.set('boot', { crashes: 2, running: true });
	store.close();
	context.service = await TestService.start({ dataDir: context.dataDir, canvas: '320x180p15' });
	context.browser = await TestBrowser.start();
	const { http, ready } = context.service;
	context.page = await context.browser.page(`${http}/system#${ready.technicianToken}`);
});
test.after(async ({ service, browser, dataDir }) => {
	killLaunches();
	await browser.close();
	await service.stop();
	rmSync(dataDir, { recursive: true, force: true });
});

test('safe mode is told on every page with its reason; a technician leaves it after a question', async ({ page, service }) => {
	const banner = page.getByTestId('safe-mode');
	await banner.waitFor();
	assert.match((await banner.textContent())!, /each crashed within two minutes/);
	await page.getByTestId('leave-safe-mode').click();
	await page.getByTestId('confirm-no').filter({ visible: true }).click();
	assert.is((await service.state()).system.safeMode, true);
	await page.getByTestId('leave-safe-mode').click();
	await page.getByTestId('confirm-yes').filter({ visible: true }).click();
	await banner.waitFor({ state: 'hidden' });
	await service.onAir();
});

test('an RTP source made in the form is live on the switcher with the sender its row offers', async ({
	page,
	service,
	browser,
}) => {
	const [videoPort, audioPort, otherPort] = await freePorts(3);
	await page.goto(`${service.http}/inputs`);
	await page.getByTestId('add-rtp').click();
	await page.getByTestId('rtp-label').fill('Studio B');
	await page.getByTestId('rtp-video-port').fill(String(videoPort));
	await page.getByTestId('rtp-audio-port').fill(String(videoPort));
	await page.getByTestId('rtp-save').click();
	await page.getByTestId('rtp-error').waitFor();
	await page.getByTestId('rtp-audio-port').fill(String(audioPort));
	await page.keyboard.press('Enter');
	await page.getByTestId('rtp-dialog').waitFor({ state: 'hidden' });

	const { sources } = await service.waitState(({ sources }) => Object.values(sources).some(({ kind }) => kind === 'rtp'), 'it');
	const { id, rtp, label } = Object.values(sources).find((source) => source.kind === 'rtp')!;
	assert.is(label, 'Studio B');
	assert.equal(rtp, { video: { port: videoPort, codec: 'h264' }, audio: { port: audioPort }, listen: 'loopback' });
	const row = page.getByTestId(`source-${id}`);
	const line = () => row.getByTestId('copy-text').inputValue();
	const live = () => row.locator('.badge[data-state="live"]').waitFor();
	const sender = async () => new GstLaunch((await line()).replace(/^gst-launch-1\.0 /, ''));
	const first = await sender();
	await live();
	const switcher = await browser.page(`${service.http}/switcher`);
	// The blue bar of the test picture.
	await untilColour(switcher.getByTestId(`${id}-canvas`), [0.93, 0.3], [0, 0, 255], { tolerance: 48 });
	await switcher.close();
	await first.kill();

	await page.getByTestId(`edit-${id}`).click();
	await page.getByTestId('rtp-video-port').fill(String(otherPort));
	await page.getByTestId('rtp-sound').selectOption('');
	await page.getByTestId('source-on-loss').selectOption('backup');
	await page.getByTestId('source-backup').selectOption('hdmi3');
	await page.getByTestId('source-save').click();
	await page.getByTestId('source-dialog').waitFor({ state: 'hidden' });
	const changed = (await service.state()).sources[id] as SourceOf<'rtp'>;
	assert.equal(
		[changed.rtp.video!.port, changed.rtp.audio, changed.onLoss, changed.backup],
		[otherPort, null, 'backup', 'hdmi3'],
	);
	assert.match(await line(), new RegExp(`port=${otherPort}$`));
	const second = await sender();
	await live();
	await second.kill();

	await page.getByTestId(`remove-${id}`).click();
	await page.getByTestId('confirm-yes').click();
	await row.waitFor({ state: 'detached' });
	assert.not.ok((await service.state()).sources[id]);
});

test('a sound card is chosen for a source; one that does not work is told with a remedy', async ({ page, service }) => {
	const card = { device: 'hw:CARD=Desk,DEV=0', label: 'Mixing desk' };
	// This kernel has no sound: the card stands in the list that the page gets, and nowhere else.
	await page.routeWebSocket(/api.events/, (socket) => {
		const server = socket.connectToServer();
		server.onMessage((data) => {
			const message = JSON.parse(String(data));
			if (message.type === 'snapshot') message.state.system.soundCards = [card];
			socket.send(JSON.stringify(message));
		});
	});
	await page.goto(`${service.http}/inputs`);
	const choose = async (device: string) => {
		await page.getByTestId('edit-hdmi4').click();
		await page.getByTestId('source-sound-card').selectOption(device);
		await page.getByTestId('source-save').click();
		await page.getByTestId('source-dialog').waitFor({ state: 'hidden' });
	};
	await choose(card.device);
	assert.is((await service.state()).sources.hdmi4!.alsaDevice, card.device);
	const row = page.getByTestId('source-hdmi4');
	await row.getByText('Sound from Mixing desk').waitFor();
	await row.getByTestId('fault').getByText('Plug in the sound card').first().waitFor();
	await choose('');
	assert.is((await service.state()).sources.hdmi4!.alsaDevice, null);
	await row.getByTestId('fault').first().waitFor({ state: 'detached' });
});

test('a target made in the form gets packets; it is stopped, started and removed; a fault says what to do', async ({
	page,
	service,
}) => {
	await service.allowOwnTargets();
	const receiver = createSocket('udp4').bind(0, '127.0.0.1');
	await once(receiver, 'listening');
	const types = new Set<number>();
	receiver.on('message', (packet) => types.add(packet[1]! & 127));
	await page.goto(`${service.http}/outputs`);
	await page.getByTestId('add-target').click();
	await page.getByTestId('target-label').fill('Wall');
	await page.getByTestId('target-host').fill('127.0.0.1');
	await page.getByTestId('target-video-port').fill(String(receiver.address().port));
	await page.getByTestId('target-sound').selectOption('');
	await page.getByTestId('target-save').click();
	await page.getByTestId('target-dialog').waitFor({ state: 'hidden' });
	await until(() => types.has(96), { what: 'H.264 packets' });
	const [id] = Object.keys((await service.state()).targets) as [string];
	const badge = (state: string) => page.locator(`[data-testid="state-${id}"][data-state="${state}"]`).waitFor();
	await badge('live');
	assert.match((await page.getByTestId(`counters-${id}`).textContent())!, /bit\/s.*packets.*sent/);

	await page.getByTestId(`switch-${id}`).click();
	await page.getByTestId('confirm-yes').click();
	await badge('off');
	types.clear();
	await page.getByTestId(`switch-${id}`).click();
	await badge('live');
	await within(once(receiver, 'message'), 5000, 'packets after the second start');
	receiver.close();

	await page.getByTestId(`edit-${id}`).click();
	await page.getByTestId('target-host').fill('nowhere.invalid');
	await page.getByTestId('target-save').click();
	await badge('fault');
	const fault = page.getByTestId(`target-${id}`).getByTestId('fault');
	assert.match((await fault.textContent())!, /What to do:.*name.*Since /s);
	await page.getByTestId(`remove-${id}`).click();
	await page.getByTestId('confirm-yes').click();
	await page.getByTestId(`target-${id}`).waitFor({ state: 'detached' });
	assert.equal((await service.state()).targets, {});
});

test('a recording starts as much earlier as was chosen, has its name, and is deleted after a question', async ({
	page,
	service,
}) => {
	await page.goto(`${service.http}/recordings`);
	await page.getByTestId('record-options').click();
	await page.getByTestId('record-name').fill('Rehearsal');
	await page.getByTestId('record-preroll').selectOption('5');
	await page.getByTestId('record-save').click();
	await page.getByTestId('record-early').waitFor();
	const { body } = await service.api<{ frame: number }>('POST', '/api/cut', { scene: 'source-hdmi1' });
	await page.getByTestId('record-button').click();
	const { recordings } = await service.waitState(
		({ recordings }) => Object.values(recordings).some(({ state }) => state === 'recording'),
		'a recording',
	);
	const { id, name, startFrame } = Object.values(recordings)[0]!;
	assert.is(name, 'Rehearsal');
	// 150 frames earlier than the press, which came after the cut; the press itself may take a while.
	assert.ok(startFrame! < body.frame - 60, `${body.frame - startFrame!} frames before the cut`);
	await page.getByTestId('record-duration').waitFor();
	await page.getByTestId('record-button').click();
	await page.getByTestId('record-button').click();
	await page.getByTestId(`delete-${id}`).click();
	await page.getByTestId('confirm-yes').click();
	await page.getByTestId(`recording-${id}`).waitFor({ state: 'detached' });
});

test('a note by N on the switcher stands in the log, is found there by its words, and is gone with another filter', async ({
	page,
	service,
}) => {
	await page.goto(`${service.http}/switcher`);
	await page.getByTestId('cut-button').waitFor();
	// Keys do nothing while the link is lost, as a busy machine's may be for a moment.
	const opened = async () => {
		await page.keyboard.press('n');
		return page.getByTestId('note-text').isVisible();
	};
	await until(opened, { what: 'the dialog of the note', everyMs: 500 });
	await page.getByTestId('note-text').fill('The curtain sticks');
	await page.keyboard.press('Enter');
	await page.getByTestId('note-dialog').waitFor({ state: 'hidden' });
	await page.goto(`${service.http}/log`);
	await page.getByTestId('log-text').fill('CURTAIN');
	const entries = page.getByTestId('log-entry');
	await until(async () => (await entries.count()) === 1, { what: 'the note alone' });
	await entries.getByText('The curtain sticks').waitFor();
	// What happens now appears by itself.
	await service.api('POST', '/api/log', { text: 'The curtain moves again' });
	await until(async () => (await entries.count()) === 2, { what: 'the second note' });
	await page.getByTestId('log-kind-take').click();
	await page.getByTestId('log-reset').click();
	await until(async () => (await entries.count()) > 2, { what: 'the whole log' });
});

test('the ready page tries things out, with its progress, and keeps the planned length', async ({ page, service }) => {
	await page.goto(`${service.http}/ready`);
	assert.match((await page.getByTestId('ready-verdict').textContent())!, /eady/);
	await page.getByTestId('plan-hours').fill('1');
	// Going on to the minutes saves the hours; what the studio answers leaves alone what is typed meanwhile.
	await page.getByTestId('plan-minutes').pressSequentially('3');
	await page.getByTestId('check-disk').getByText('the planned 1 h').waitFor();
	await page.getByTestId('plan-minutes').pressSequentially('0');
	await page.keyboard.press('Enter');
	await service.waitState(({ system }) => system.plan.minutes === 90, 'the planned length');
	await page.getByTestId('check-disk').getByText('the planned 1 h 30 min').waitFor();
	await page.getByTestId('ready-test').click();
	await page.getByTestId('check-disk-write').getByText('MB/s').waitFor();
	await page.getByTestId('ready-only').click();
	await page.getByTestId('check-certificate').waitFor({ state: 'detached' });
});

test('an operator reads of safe mode but is not offered what only a technician may do', async ({
	page,
	service,
	browser,
	dataDir,
}) => {
	service.kill('SIGKILL');
	await service.ended;
	await page.close();
	const store = openStore(dataDir);
	store.settings.set('boot', { crashes: 2, running: true });
	store.close();
	const safe = await TestService.start({ dataDir, canvas: '320x180p15' });
	try {
		const operator = await browser.page(`${safe.http}/switcher#${safe.ready.operatorToken}`);
		await operator.getByTestId('safe-mode').getByText('Only a technician').waitFor();
		assert.is(await operator.getByTestId('leave-safe-mode').count(), 0);
	} finally {
		safe.destroy();
	}
});

test.run();
