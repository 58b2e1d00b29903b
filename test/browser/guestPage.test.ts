import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { Guest, GuestInvite } from '../../service/contract/guests.js';
import { parseColour } from '../tools/engine/counter.js';
import type { Events } from '../tools/events.js';
import { look, TestBrowser, untilColour } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** The guest's page and the operator's side of it: every control does what it says. */
interface Stage {
	service: TestService;
	/** Owns the data that both runs of the service use. */
	first: TestService;
	browser: TestBrowser;
	events: Events;
	page: Page;
	invite: GuestInvite;
}
const test = suite<Stage>('guest page');
const camera = parseColour('#20a040');
const tolerance = 40;
const middle: [number, number] = [0.5, 0.5];
const side: [number, number] = [0.05, 0.5];
const black = [0, 0, 0] as const;
/** A guest's sound that is heard, and silence; peak dBFS. */
const heardDb = -40;
const silentDb = -60;

/** Keeps the page's peers, and what it asked of the microphone last, where a test finds them. */
const keepPeers = `
	const Peer = RTCPeerConnection;
	window.r58peers = [];
	window.RTCPeerConnection = class extends Peer { constructor(options) { super(options); window.r58peers.push(this); } };
	const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
	if (ask) navigator.mediaDevices.getUserMedia = (wanted) => {
		window.r58sound = wanted.audio || window.r58sound;
		return ask(wanted);
	};`;

const phase = (page: Page, name: string) => page.locator(`[data-testid="join-state"][data-phase="${name}"]`).waitFor();
const tally = (page: Page, name: string) => page.locator(`[data-testid="tally"][data-tally="${name}"]`).waitFor();
const back = (page: Page) => page.getByTestId('return-video');

async function guestOf({ service, invite }: Stage): Promise<Guest> {
	return (await service.api<Guest>('GET', `/api/guests/${invite.id}`)).body;
}

async function level({ events }: Stage, strip: string, fits: (db: number) => boolean, what: string): Promise<void> {
	await until(
		() => {
			const newest = events.messages.findLast((message) => message.type === 'levels');
			return newest?.type === 'levels' && fits(Math.max(...(newest.levels[strip] ?? [-100])));
		},
		{ what },
	);
}

test.before(async (stage) => {
	stage.service = stage.first = await TestService.start();
	await stage.service.onAir();
	stage.browser = await TestBrowser.start({
		camera: { colour: '#20a040', width: 1280, height: 720 },
		microphone: { toneHz: 1320 },
	});
	await stage.browser.context.addInitScript({ content: keepPeers });
	stage.invite = (await stage.service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' })).body;
	for (const strip of ['hdmi1', 'hdmi2', 'hdmi3', 'hdmi4'])
		await stage.service.api('PATCH', `/api/audio/${strip}`, { mode: 'off' });
	stage.events = await stage.service.events();
	stage.events.send({ type: 'subscribe', topics: ['levels'] });
	stage.page = await stage.browser.page('about:blank');
});
test.after(async ({ service, first, browser, events }) => {
	events.close();
	await browser.close();
	await service.stop();
	first.destroy();
});

test('on a phone, by keyboard alone: the microphone is heard, then Join', async ({ page, invite }) => {
	await page.setViewportSize({ width: 360, height: 740 });
	await page.goto(invite.joinUrl);
	await page.locator('[data-testid="sound-check"][data-verdict="heard"]').waitFor();
	await page.getByTestId('join-button').and(page.locator(':enabled')).waitFor();
	const fits = () => page.evaluate<boolean>('document.documentElement.scrollWidth <= 360');
	assert.ok(await fits(), 'nothing sticks out to the side');
	const focused = () =>
		page.evaluate<string>(`(() => {
			let at = document.activeElement;
			while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
			return at?.dataset.testid ?? at?.tagName ?? '';
		})()`);
	const passed: string[] = [];
	for (let i = 0; i < 20 && passed.at(-1) !== 'join-button'; i += 1) {
		await page.keyboard.press('Tab');
		passed.push(await focused());
	}
	assert.is(passed.at(-1), 'join-button', passed.join(' '));
	for (const field of ['language-select', 'camera-select', 'microphone-select'])
		assert.ok(passed.includes(field), passed.join(' '));
	await page.keyboard.press('Enter');
	await phase(page, 'live');
	assert.ok(await fits(), 'nor after joining');
	for (const name of ['Mute', 'Camera off', 'Hang up'])
		assert.is(await page.getByRole('button', { name, exact: true }).count(), 1, name);
	await page.setViewportSize({ width: 1280, height: 800 });
});

test('the lamp and the title tell off, next and on air', async ({ page, service, invite }) => {
	await tally(page, 'off');
	assert.is(await page.title(), 'Ada – R58 Studio');
	await service.api('PUT', '/api/preview', { scene: `source-${invite.id}` });
	await tally(page, 'preview');
	assert.match(await page.title(), /Next – Ada/);
	await service.api('POST', '/api/take', { kind: 'cut' });
	await tally(page, 'program');
	assert.match(await page.title(), /ON AIR – Ada/);
});

test('mute silences the guest, and the studio is told that nobody hears', async (stage) => {
	const { page, invite } = stage;
	await level(stage, invite.id, (db) => db > heardDb, 'the guest to be heard');
	await page.getByTestId('mute-button').click();
	await level(stage, invite.id, (db) => db < silentDb, 'the guest to be silent');
	assert.match((await page.getByTestId('join-state').textContent())!, /nobody hears/);
	await page.getByTestId('mute-button').click();
	await level(stage, invite.id, (db) => db > heardDb, 'the guest to be heard again');
});

test('camera off makes the program black, on again brings it back', async ({ page }) => {
	await untilColour(back(page), middle, camera, { tolerance });
	await page.getByTestId('camera-button').click();
	await untilColour(back(page), middle, [...black], { tolerance });
	await page.getByTestId('camera-button').click();
	await untilColour(back(page), middle, camera, { tolerance });
});

test('a screen takes the place of the camera, and gives it back', async ({ page }) => {
	await page.getByTestId('share-button').click();
	const other = async () => {
		const seen = await look(back(page), { points: [middle] });
		const [r, g, b] = seen!.colours[0]!;
		return Math.abs(r - camera[0]) + Math.abs(g - camera[1]) + Math.abs(b - camera[2]) > 60;
	};
	await until(other, { what: 'something else than the camera' });
	await page.getByTestId('share-button').click();
	await untilColour(back(page), middle, camera, { tolerance });
});

test('a small picture is asked of the camera and arrives small', async (stage) => {
	const { page } = stage;
	const own = async () => (await look(page.getByTestId('self-video')))?.height;
	await until(async () => (await own()) === 720, { what: 'a picture of 720 lines' });
	await page.getByTestId('settings').click();
	await page.getByTestId('size-select').selectOption('360');
	await until(async () => (await own()) === 360, { what: 'a picture of 360 lines' });
	await until(
		async () => {
			const { video } = await guestOf(stage);
			return video !== null && video.height <= 360 && video.fps > 0;
		},
		{ what: 'it to arrive' },
	);
	await page.getByTestId('size-select').selectOption('720');
	await until(async () => (await own()) === 720, { what: 'the larger picture again' });
});

test('switches reach the browser, and what is chosen is remembered', async ({ page }) => {
	// What the fake microphone makes of it, Chromium does not say.
	const processed = () => page.evaluate<boolean>('r58sound.noiseSuppression');
	assert.is(await processed(), true);
	await page.getByTestId('noiseSuppression-switch').uncheck();
	await until(async () => (await processed()) === false, { what: 'the noise to stay' });
	const mirrored = () => page.locator('r58-self-view').evaluate((view) => view.hasAttribute('mirrored'));
	assert.is(await mirrored(), true);
	await page.getByTestId('mirror-switch').uncheck();
	await until(async () => (await mirrored()) === false, { what: 'the picture as others see it' });
	const stored = await page.evaluate<Record<string, string>>('({ ...localStorage })');
	assert.is(stored['r58.noiseSuppression'], 'off');
	assert.is(stored['r58.mirror'], 'off');
});

test('the operator, on the switcher: message, receipt, cap, mute', async (stage) => {
	const { browser, service, page, invite } = stage;
	const { id } = invite;
	const desk = await browser.page(`${service.http}/switcher#${service.ready.operatorToken}`);
	await desk.getByTestId(`guest-more-${id}`).click();
	await desk.getByTestId(`message-to-${id}`).fill('Ten seconds');
	await desk.getByTestId(`send-to-${id}`).click();
	await page.getByTestId('message-banner').getByText('Ten seconds').waitFor();
	await page.getByTestId('message-read').click();
	await page.getByTestId('message-banner').waitFor({ state: 'hidden' });
	await desk.getByTestId(`conversation-${id}`).getByText('read').waitFor();
	await page.getByTestId('message-field').fill('I am ready');
	await page.keyboard.press('Enter');
	await desk.getByTestId(`conversation-${id}`).getByText('I am ready').waitFor();

	const allowed = () =>
		page.evaluate<number>(
			"r58peers.flatMap((peer) => peer.getSenders()).filter(({ track }) => track?.kind === 'video').at(-1).getParameters().encodings[0].maxBitrate",
		);
	assert.is(await allowed(), 2_500_000);
	await desk.getByTestId(`guest-cap-${id}`).selectOption('500');
	await until(async () => (await allowed()) === 500_000, { what: 'the cap to be kept' });
	await page.getByTestId('studio-cap').waitFor();
	await desk.getByTestId(`guest-cap-${id}`).selectOption('0');
	await until(async () => (await allowed()) === 2_500_000, { what: 'the cap to be lifted' });

	await level(stage, 'master', (db) => db > heardDb, 'the guest in the program');
	await desk.getByTestId(`guest-mute-${id}`).click();
	await level(stage, 'master', (db) => db < silentDb, 'a silent program');
	await page.getByTestId('studio-mute').waitFor();
	await desk.getByTestId(`guest-mute-${id}`).click();
	await level(stage, 'master', (db) => db > heardDb, 'the guest in the program again');
	await desk.close();
});

test('a reload keeps the seat, and keeps the guest muted', async (stage) => {
	const { page, invite } = stage;
	await page.getByTestId('mute-button').click();
	await level(stage, invite.id, (db) => db < silentDb, 'the guest to be silent');
	await page.reload();
	await phase(page, 'live');
	assert.match((await page.getByTestId('join-state').textContent())!, /nobody hears/);
	await page.getByTestId('mute-button').click();
	await level(stage, invite.id, (db) => db > heardDb, 'the guest to be heard again');
	await untilColour(back(page), middle, camera, { tolerance });
});

test('another tab of the same browser takes the seat, and the first one says so', async ({ page, browser, invite }) => {
	const second = await browser.page(invite.joinUrl);
	await second.getByTestId('join-button').and(second.locator(':enabled')).click();
	await phase(second, 'live');
	await page.locator('[data-testid="join-closed"][data-reason="elsewhere"]').waitFor();
	await second.close();
	await page.getByTestId('here-button').click();
	await phase(page, 'live');
});

test('a guest that is lost on air: one tap shows the rest, and it comes back by itself', async ({
	page,
	browser,
	service,
	invite,
}) => {
	const { id } = invite;
	const layers = [
		{ source: 'hdmi1', x: 0, y: 0, w: 0.5, h: 1 },
		{ source: id, x: 0.5, y: 0, w: 0.5, h: 1 },
	];
	await service.api('PUT', '/api/scenes/talk', { label: 'Talk', layers });
	await service.api('POST', '/api/cut', { scene: 'talk' });
	const desk = await browser.page(`${service.http}/switcher#${service.ready.operatorToken}`);
	await desk.getByTestId(`air-${id}`).waitFor();
	await page.route('**/whip/**', (route) => route.abort());
	process.kill((await service.host('source', id)).pid, 'SIGKILL');
	await phase(page, 'waiting');
	await desk.getByTestId(`without-${id}`).click();
	await service.waitState(({ buses }) => buses.program === 'source-hdmi1', 'the other picture alone');
	await desk.getByTestId(`lost-${id}`).waitFor({ state: 'detached' });
	await desk.close();
	await page.unroute('**/whip/**');
	await phase(page, 'live');
});

test('the service starts anew, and the guest is back without a touch', async (stage) => {
	const { service, page, invite } = stage;
	const { dataDir } = service;
	const httpPort = Number(new URL(service.http).port);
	stage.events.close();
	service.kill('SIGKILL');
	await service.ended;
	await phase(page, 'waiting');
	stage.service = await TestService.start({ dataDir, httpPort });
	await phase(page, 'live');
	await stage.service.waitState(({ guests }) => guests[invite.id]?.state === 'connected', 'the guest to be connected');
	await page.locator('[data-testid="tally"]:not([data-tally="unknown"])').waitFor();
	stage.events = await stage.service.events();
});

test('a picture may change its size and turn while it runs', async ({ browser, service }) => {
	const { body } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Bo' });
	const page = await browser.context.newPage();
	await page.addInitScript({ content: paintedCamera });
	await page.goto(body.joinUrl);
	await page.getByTestId('join-button').and(page.locator(':enabled')).click();
	await phase(page, 'live');
	await service.api('POST', '/api/cut', { scene: `source-${body.id}` });
	await untilColour(back(page), side, camera, { tolerance });
	// Streamers come and go with who watches.
	const hosts = () => service.hosts().flatMap(({ role, name, pid }) => (role === 'streamer' ? [] : `${role} ${name} ${pid}`));
	const before = hosts();
	await page.evaluate('paint(720, 1280)');
	await untilColour(back(page), side, [...black], { tolerance });
	await untilColour(back(page), middle, camera, { tolerance });
	await page.evaluate('paint(320, 180)');
	await untilColour(back(page), side, camera, { tolerance });
	assert.equal(hosts(), before, 'no process was replaced');
	const { faults, guests } = await service.state();
	assert.is(guests[body.id]!.state, 'connected');
	// A machine that is too slow for everybody's picture says so of others; nothing else may be said.
	const told = faults.filter(({ code, subject }) => code !== 'guest-decoder' || subject.includes(body.id));
	assert.equal(told, [], JSON.stringify(told));
	await page.close();
});

test('texts in Norwegian, remembered; hang up, and join again', async ({ page }) => {
	await page.getByTestId('language-select').selectOption('no');
	await page.getByRole('button', { name: 'Legg på' }).click();
	await page.getByTestId('left-note').waitFor();
	await page.reload();
	await page.getByRole('button', { name: 'Bli med' }).and(page.locator(':enabled')).click();
	await phase(page, 'live');
	assert.is(await page.evaluate('document.documentElement.lang'), 'no');
	await page.getByTestId('language-select').selectOption('en');
});

test('a guest that is removed is told so', async ({ page, service, invite, browser }) => {
	await service.api('DELETE', `/api/guests/${invite.id}`);
	await page.locator('[data-testid="join-closed"][data-reason="removed"]').waitFor();
	// Requests that fail while the service is away are what a browser reports; nothing else may be.
	assert.equal(
		browser.errors.filter((error) => !/Failed to load resource|WebSocket connection|ERR_/.test(error)),
		[],
	);
});

/** A camera that is painted: `paint(width, height)` gives it another size while it runs. */
const paintedCamera = `
	const canvas = document.createElement('canvas');
	const context = canvas.getContext('2d');
	window.paint = (width, height) => Object.assign(canvas, { width, height });
	paint(1280, 720);
	setInterval(() => {
		context.fillStyle = '#20a040';
		context.fillRect(0, 0, canvas.width, canvas.height);
		context.fillStyle = performance.now() % 2000 < 1000 ? '#209040' : '#20a040';
		context.fillRect(0, 0, 8, 8);
	}, 33);
	const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
	navigator.mediaDevices.getUserMedia = async (wanted) => {
		const sound = wanted.audio ? await real({ audio: wanted.audio }) : null;
		return new MediaStream([...(wanted.video ? canvas.captureStream(30).getTracks() : []), ...(sound?.getTracks() ?? [])]);
	};`;

test.run();
