import { join } from 'node:path';
import type { Page, WebSocketRoute } from 'playwright-core';
import * as assert from 'uvu/assert';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { TestBrowser } from '../tools/page/browser.js';
import { root } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** What the operator's page does with presses, levels and a lost link; the show behind it is a stub that notes what it is asked. */
interface Asked {
	path: string;
	body: unknown;
}
const test = suite<{
	server: ApiServer;
	browser: TestBrowser;
	page: Page;
	asked: Asked[];
	sockets: WebSocketRoute[];
	openedAt: number[];
}>('operator panel');

test.before(async (context) => {
	context.server = await startApiServer({ panelDir: join(root, 'dist/panel') });
	context.browser = await TestBrowser.start();
	context.asked = [];
	context.sockets = [];
	context.openedAt = [];
	const { state } = context.server.show;
	const { hdmi1 } = state.current.sources;
	state.sources.put('hdmi2', { ...hdmi1!, id: 'hdmi2', label: 'Camera 2', slot: 1 });
	for (const id of ['hdmi1', 'hdmi2'])
		state.scenes.put(`source-${id}`, { ...state.current.scenes.one!, id: `source-${id}`, label: id });
	await context.browser.context.routeWebSocket(/\/api\/events/, (socket) => {
		context.sockets.push(socket);
		context.openedAt.push(performance.now());
		socket.connectToServer();
	});
	const { httpUrl, tokens } = context.server;
	context.page = await context.browser.page(`${httpUrl}/switcher#${tokens.operator}`);
	context.page.on('request', (request) => {
		const path = new URL(request.url()).pathname;
		if (request.method() !== 'GET' && path.startsWith('/api/')) context.asked.push({ path, body: request.postDataJSON() ?? {} });
	});
	await context.page.getByTestId('tile-hdmi1').waitFor();
});
test.after(async ({ server, browser }) => {
	await browser?.close();
	await server?.stop();
});

const to = (asked: Asked[], path: string) => asked.filter((one) => one.path === path).map(({ body }) => body);

test('the length that is chosen is the length of the mix, by button and by key', async ({ page, asked }) => {
	for (const [i, ms] of [250, 2000, 500, 1000].entries()) {
		await page.getByTestId(`duration-${ms}`).click();
		assert.is(await page.getByTestId(`duration-${ms}`).getAttribute('aria-pressed'), 'true');
		if (i % 2) await page.keyboard.press('Enter');
		else await page.getByTestId('mix-button').click();
		const takes = await until(() => to(asked, '/api/take').length > i && to(asked, '/api/take'), { what: `the mix of ${ms} ms` });
		assert.equal(takes.at(-1), { kind: 'mix', durationMs: ms });
	}
});

test('two taps on a tile a second apart preview it twice; two at once go to program', async ({ page, asked }) => {
	const tile = page.getByTestId('tile-hdmi2');
	const previews = () => to(asked, '/api/preview').length;
	const before = previews();
	await tile.click();
	await until(() => previews() === before + 1, { what: 'the first preview' });
	// What the operator's finger does: the page's own clock has to see a second between the two.
	await page.waitForTimeout(1000);
	await tile.click();
	await until(() => previews() === before + 2, { what: 'the second preview' });
	assert.equal(to(asked, '/api/cut'), [], 'no accidental cut');
	await page.waitForTimeout(1000);
	await tile.evaluate((node) => {
		// Both in one turn of the page: no busy machine comes between.
		const button = node as unknown as { click(): void };
		button.click();
		button.click();
	});
	const cuts = await until(() => to(asked, '/api/cut').length > 0 && to(asked, '/api/cut'), { what: 'the cut' });
	assert.equal(cuts, [{ scene: 'source-hdmi2' }]);
});

test('the numeric pad previews, Shift cuts, and a number with the command key is the browser’s', async ({ page, asked }) => {
	asked.length = 0;
	await page.keyboard.press('Meta+1');
	await page.keyboard.press('Numpad2');
	await until(() => to(asked, '/api/preview').length > 0, { what: 'the preview' });
	assert.equal(asked, [{ path: '/api/preview', body: { scene: 'source-hdmi2' } }]);
	await page.keyboard.press('Shift+Digit1');
	await until(() => to(asked, '/api/cut').length > 0, { what: 'the cut' });
	assert.equal(to(asked, '/api/cut'), [{ scene: 'source-hdmi1' }]);
});

test('a meter follows the levels: up at once, each side for itself, down by and by', async ({ page, server }) => {
	const bars = () =>
		page
			.getByTestId('strip-hdmi1')
			.locator('r58-meter')
			.evaluate((node) => {
				interface Bar {
					getBoundingClientRect(): { width: number };
				}
				const { shadowRoot } = node as unknown as {
					shadowRoot: { querySelectorAll(of: string): ArrayLike<Bar> & Iterable<Bar> };
				};
				return [...shadowRoot.querySelectorAll('div')].map((bar, i) => {
					// What covers the bar shrinks as the level grows.
					const cover = [...shadowRoot.querySelectorAll('span')][i]!.getBoundingClientRect().width;
					return 1 - cover / bar.getBoundingClientRect().width;
				});
			});
	let levels: [number, number] = [-6, -30];
	const feeding = setInterval(() => {
		for (const listener of server.show.levelListeners) listener({ hdmi1: levels, hdmi2: [-100, -100], master: levels });
	}, 50);
	try {
		const near = (wanted: number[]) => async () => {
			const found = await bars();
			return found.every((share, i) => Math.abs(share - wanted[i]!) < 0.02) || Promise.reject(new Error(found.join(' ')));
		};
		// −60 dBFS is empty, 0 is full.
		await until(near([0.9, 0.5]), { what: 'the levels in the meter' });
		levels = [-45, -100];
		await until(near([0.25, 0]), { what: 'lower levels' });
		levels = [-3, -12];
		await until(near([0.95, 0.8]), { what: 'higher levels' });
	} finally {
		clearInterval(feeding);
	}
});

test('each lost link is tried again at once, however many were lost before', async ({ page, sockets, openedAt }) => {
	const banner = page.getByTestId('offline-banner');
	const waits: number[] = [];
	for (let i = 0; i < 6; i += 1) {
		const before = openedAt.length;
		const at = performance.now();
		await sockets.at(-1)!.close();
		await until(() => openedAt.length > before, { what: 'another try', everyMs: 5 });
		waits.push(openedAt[before]! - at);
		// Only a link that brought the state counts as one.
		await page.getByTestId('tile-hdmi1').click();
		await banner.waitFor({ state: 'hidden' });
		await page.waitForFunction('performance.now() > 0');
	}
	// The pauses of a studio that is away would be 0.4, 0.8, 1.6 and then 2.4 s at least.
	assert.ok(Math.min(...waits.slice(3)) < 1000, `waited ${waits.map(Math.round)} ms`);
});

test('a studio that is away is asked less and less often', async ({ browser, server }) => {
	const page = await browser.page(`${server.httpUrl}/switcher`);
	await page.getByTestId('tile-hdmi1').waitFor();
	const tries: number[] = [];
	await page.routeWebSocket(/\/api\/events/, (socket) => {
		tries.push(performance.now());
		void socket.close();
	});
	await page.reload();
	await until(() => tries.length >= 5, { what: 'five tries' });
	await page.close();
	const pauses = tries.slice(1).map((at, i) => at - tries[i]!);
	assert.ok(pauses[3]! > 1500, `pauses of ${pauses.map(Math.round)} ms`);
});

test.run();
