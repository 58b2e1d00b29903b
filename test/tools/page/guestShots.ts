/**
 * Screenshots of the guest page in every state, phone and desktop, light and dark:
 * `node dist/test/tools/page/guestShots.js FOLDER [--device=phone] [part of a name…]`. For looking at; nothing is asserted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { GuestInvite } from '../../../service/contract/guests.js';
import { TestService } from '../service.js';
import { until } from '../wait.js';

const [folder = 'shots', ...only] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const onlyDevice = process.argv.find((argument) => argument.startsWith('--device='))?.slice('--device='.length);
const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--use-fake-ui-for-media-stream',
	'--use-fake-device-for-media-stream=device-count=2',
];
const devices: Record<string, BrowserContextOptions> = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
	desktop: { viewport: { width: 1440, height: 900 } },
};

/** What goes wrong with the devices of a page, put in place before its own scripts. */
const gum = (code: string) => `navigator.mediaDevices.getUserMedia = async (wanted) => { ${code} };`;
const error = (name: string) => gum(`throw new DOMException('', '${name}')`);
const original = 'const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);';
const silent =
	'const c = new AudioContext(); const d = c.createMediaStreamDestination(); const s = await real({ video: wanted.video });' +
	'return new MediaStream([...s.getTracks(), ...d.stream.getTracks()]);';

interface Stage {
	service: TestService;
	page: Page;
	id: string;
	url: string;
}
interface Shot {
	/** Runs before the page's scripts. */
	script?: string;
	/** The fragment of the address; default: an invite. */
	fragment?: string;
	joined?: boolean;
	/** Takes the page there; it is at its address, and joined where that is said. */
	act?: (stage: Stage) => Promise<unknown>;
	/** Before the page is opened. */
	prepare?: (stage: Stage) => Promise<unknown>;
	/** Waits for this test id. */
	shows?: string;
	whole?: boolean;
}

const press =
	(id: string) =>
	({ page }: Stage) =>
		page.getByTestId(id).click();
const say =
	(text: string) =>
	({ service, id }: Stage) =>
		service.api('POST', `/api/guests/${id}/messages`, { text });
const untilTally = (page: Page, tally: string) => page.locator(`[data-testid="tally"][data-tally="${tally}"]`).waitFor();
/** Figures of a connection as the studio would tell them. */
const told =
	(figures: object) =>
	async ({ page }: Stage) => {
		await page.routeWebSocket(/\/api\/guests\/.*\/events$/, (socket) => {
			const server = socket.connectToServer();
			server.onMessage((text) => {
				const event = JSON.parse(String(text));
				if (event.type === 'status') Object.assign(event.status, figures);
				socket.send(JSON.stringify(event));
			});
		});
	};

const door =
	(open: boolean) =>
	({ service }: Stage) =>
		service.api('PATCH', '/api/settings', { access: { door: open } }, { token: service.ready.technicianToken });
async function knock({ page }: Stage): Promise<void> {
	await page.getByTestId('door-name').fill('Grace Hopper');
	await page.getByTestId('door-knock').click();
}

const shots: Record<string, Shot> = {
	'closed-no-invite': { prepare: door(false), fragment: '', shows: 'join-closed' },
	door: { prepare: door(true), fragment: '', shows: 'door-knock' },
	'door-waiting': { prepare: door(true), fragment: '', act: knock, shows: 'door-leave' },
	'door-refused': {
		prepare: door(true),
		fragment: '',
		act: async (stage) => {
			await knock(stage);
			await stage.page.getByTestId('door-leave').waitFor();
			const [visitor] = Object.keys((await stage.service.state()).door);
			await stage.service.api('DELETE', `/api/door/visitors/${visitor}`);
		},
		shows: 'door-refused',
	},
	'closed-bad-invite': { fragment: 'nonsense', shows: 'join-closed' },
	'device-insecure': { script: "Object.defineProperty(window, 'isSecureContext', { value: false });", shows: 'device-error' },
	'device-asking': { script: gum('return new Promise(() => {})') },
	'device-denied': { script: error('NotAllowedError'), shows: 'device-error' },
	'device-none': { script: error('NotFoundError'), shows: 'device-error' },
	'device-busy': { script: error('NotReadableError'), shows: 'device-error' },
	'device-no-camera': {
		script: original + gum("if (wanted.video) throw new DOMException('', 'NotFoundError'); return real(wanted)"),
	},
	setup: { act: ({ page }) => page.locator('[data-verdict="heard"], [data-verdict="loud"]').waitFor() },
	'setup-norwegian': { act: ({ page }) => page.getByTestId('language-select').selectOption('no'), whole: true },
	'setup-quiet': { script: original + gum(silent), act: ({ page }) => page.locator('[data-verdict="quiet"]').waitFor() },
	'setup-more': { act: ({ page }) => page.locator('summary').first().click(), whole: true },
	'setup-unanswered': { prepare: ({ page }) => page.route('**/api/session', (route) => route.abort()) },
	'room-connecting': { prepare: ({ page }) => page.route('**/whip/**', () => {}), act: press('join-button') },
	'room-off': { joined: true, whole: true },
	'room-preview': {
		joined: true,
		act: async ({ service, id, page }) => {
			await service.api('PUT', '/api/preview', { scene: `source-${id}` });
			await untilTally(page, 'preview');
		},
	},
	'room-on-air': {
		joined: true,
		act: async ({ service, id, page }) => {
			await service.api('POST', '/api/cut', { scene: `source-${id}` });
			await untilTally(page, 'program');
		},
	},
	'room-muted': { joined: true, act: press('mute-button') },
	'room-camera-off': { joined: true, act: press('camera-button') },
	'room-both-off': {
		joined: true,
		act: async ({ page }) => {
			await page.getByTestId('mute-button').click();
			await page.getByTestId('camera-button').click();
		},
	},
	'room-sharing': {
		joined: true,
		act: async (stage) => (await stage.page.getByTestId('share-button').count()) && press('share-button')(stage),
	},
	'room-studio-mute-cap': {
		joined: true,
		act: async ({ service, id, page }) => {
			await service.api('PATCH', `/api/audio/${id}`, { mute: true });
			await service.api('PATCH', `/api/guests/${id}`, { maxKbps: 1000 });
			await page.getByTestId('studio-cap').waitFor();
		},
	},
	'room-message': {
		joined: true,
		act: say('You are on in thirty seconds. Please look into the camera.'),
		shows: 'message-banner',
	},
	'room-messages': {
		joined: true,
		act: async (stage) => {
			await say('Hello! Can you hear the program?')(stage);
			await stage.page.getByTestId('message-read').click();
			await stage.page.getByTestId('message-field').fill('Yes, loud and clear. Where do I look?');
			await stage.page.getByTestId('message-send').click();
			await say('Straight into the lens, and a little closer please.')(stage);
			await stage.page.getByTestId('message-read').click();
			await stage.page.getByTestId('messages').scrollIntoViewIfNeeded();
		},
		whole: true,
	},
	'room-figures': { joined: true, act: press('quality'), whole: true },
	'room-poor': {
		prepare: told({ lossPct: 8.4, rttMs: 340, kbps: 410, path: 'relay' }),
		joined: true,
		act: press('quality'),
		whole: true,
	},
	'room-settings': { joined: true, act: press('settings'), whole: true },
	'room-sound-blocked': {
		script:
			'const play = HTMLMediaElement.prototype.play; HTMLMediaElement.prototype.play = function () { return this.muted ? play.call(this) : Promise.reject(new DOMException("", "NotAllowedError")); };',
		joined: true,
		shows: 'listen-button',
	},
	'room-sound-only': {
		prepare: ({ page }) =>
			page.route('**/whep/**', (route) =>
				route.request().postData()?.includes('m=video')
					? route.fulfill({ status: 422, json: { code: 'unsupported-media', detail: 'no H.264' } })
					: route.continue(),
			),
		act: async ({ page }) => {
			await page.getByTestId('join-button').click();
			await page.getByTestId('return-state').filter({ hasText: 'You hear the studio' }).waitFor({ timeout: 30_000 });
		},
	},
	'room-lost': {
		joined: true,
		act: async ({ page, service, id }) => {
			await page.route('**/whip/**', (route) => route.abort());
			process.kill((await service.host('source', id)).pid, 'SIGKILL');
			await page.locator('[data-testid="join-state"][data-phase="waiting"]').waitFor({ timeout: 20_000 });
		},
	},
	'room-full': {
		prepare: ({ page }) =>
			page.route('**/whip/**', (route) =>
				route.fulfill({ status: 503, headers: { 'retry-after': '5' }, json: { code: 'busy', detail: 'all 12 seats are taken' } }),
			),
		act: press('join-button'),
	},
	'room-refused': {
		prepare: ({ page }) =>
			page.route('**/whip/**', (route) =>
				route.fulfill({ status: 422, json: { code: 'unsupported-media', detail: 'no video codec fits: the offer has AV1' } }),
			),
		act: press('join-button'),
		shows: 'rejoin-button',
	},
	'room-elsewhere': {
		joined: true,
		act: ({ page, id }) => page.evaluate(`new BroadcastChannel('r58.seat').postMessage('${id}')`),
		shows: 'join-closed',
	},
	left: { joined: true, act: press('leave-button'), shows: 'left-note' },
	removed: { joined: true, act: ({ service, id }) => service.api('DELETE', `/api/guests/${id}`), shows: 'join-closed' },
};

async function photograph(service: TestService, name: string, device: string, shot: Shot): Promise<void> {
	const context = await browser.newContext({ ...devices[device], locale: 'en-GB' });
	context.setDefaultTimeout(60_000);
	const { body } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada Lovelace' });
	try {
		if (shot.script) await context.addInitScript({ content: shot.script });
		await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
		const page = await context.newPage();
		const stage: Stage = { service, page, id: body.id, url: body.joinUrl };
		await shot.prepare?.(stage);
		await page.goto(shot.fragment === undefined ? body.joinUrl : `${service.http}/guest_join#${shot.fragment}`);
		if (shot.joined) {
			await page.getByTestId('join-button').click();
			await page.locator('[data-testid="join-state"][data-phase="live"]').waitFor({ timeout: 30_000 });
			await until(
				() => page.getByTestId('return-video').evaluate((video) => (video as unknown as { videoWidth: number }).videoWidth > 0),
				{
					what: 'the return',
				},
			).catch(() => {});
		}
		await shot.act?.(stage);
		if (shot.shows) await page.getByTestId(shot.shows).waitFor();
		await page.mouse.move(2, 2);
		// Meters and pictures settle.
		await page.waitForTimeout(700);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await page.screenshot({ path: join(folder, `${device}-${name}-${colorScheme}.png`), caret: 'initial' });
			if (shot.whole && colorScheme === 'light')
				await page.screenshot({ path: join(folder, `${device}-${name}-whole.png`), fullPage: true, caret: 'initial' });
		}
	} catch (thrown) {
		process.stderr.write(`${device} ${name}: ${(thrown as Error).message}\n`);
	} finally {
		await context.close();
		await service.api('DELETE', `/api/guests/${body.id}`).catch(() => {});
	}
}

mkdirSync(folder, { recursive: true });
// Nobody waits for this tool: a busy machine may take its time.
const service = await TestService.start({ timeoutMs: 120_000 });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });
try {
	await service.onAir(120_000);
	const wanted = Object.entries(shots).filter(([name]) => only.length === 0 || only.some((part) => name.includes(part)));
	for (const device of Object.keys(devices).filter((name) => (onlyDevice ?? name) === name))
		for (const [name, shot] of wanted) await photograph(service, name, device, shot);
} finally {
	await browser.close();
	service.destroy();
}
