import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import type { Recording } from '../../service/contract/recordings.js';
import { colourAt, colourDistance, parseColour } from '../tools/engine/counter.js';
import { frames, times } from '../tools/engine/media.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** A guest on air who goes, in every way there is: what the audience sees meanwhile, frame by frame in a recording. */
const test = suite<Context>('departures');

interface Context {
	service: TestService;
	browser: TestBrowser;
	invite: GuestInvite;
	switcher: Page;
}

const colours = { camera: parseColour('#20a040'), red: parseColour('#c83232') };
/** A camera's bt601 picture through H.264 and a bt709 mixer. */
const tolerance = 48;
const voiceHz = 1320;

test.before(async (context) => {
	const service = await TestService.start({ args: ['--test', 'seatMs=20000'] });
	await service.onAir();
	const browser = await TestBrowser.start({ camera: { colour: '#20a040' }, microphone: { toneHz: voiceHz } });
	const { body: invite } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	const switcher = await browser.page(`${service.http}/switcher#${service.ready.operatorToken}`);
	await switcher.getByTestId('tile-hdmi1').waitFor();
	Object.assign(context, { service, browser, invite, switcher });
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

async function enter({ service, browser, invite }: Context): Promise<Page> {
	const page = await browser.page(invite.joinUrl);
	await page.getByTestId('join-button').click();
	await live(service, invite.id);
	return page;
}

/** Seen, and heard. */
async function live(service: TestService, id: string): Promise<void> {
	await service.waitState(
		({ guests, sources }) =>
			guests[id]?.state === 'connected' && sources[id]?.state === 'live' && (sources[id].audio?.levelDb ?? -100) > -50,
		'the guest to be live',
	);
}

/** Puts the guest on air, and returns what the program showed from then on, each kind of picture once in its order. */
async function program({ service, invite }: Context, happening: () => Promise<unknown>): Promise<string[]> {
	// A machine that is busy may take longer to start one than the studio waits.
	const recording = await until(
		async () => {
			const { status, body } = await service.api<Recording>('POST', '/api/recordings', {});
			assert.is(status, 201, JSON.stringify(body));
			return body;
		},
		{ what: 'a recording to start' },
	);
	const longer = async (ms: number) => {
		const { durationMs } = (await service.state()).recordings[recording.id]!;
		await service.waitState(({ recordings }) => recordings[recording.id]!.durationMs > durationMs + ms, `${ms} ms more`);
	};
	await longer(0);
	assert.is((await service.api('POST', '/api/cut', { scene: `source-${invite.id}` })).status, 200);
	await longer(500);
	await happening();
	await longer(1000);
	await service.api('POST', `/api/recordings/${recording.id}/stop`);
	const folder = join(service.dataDir, 'recordings', recording.id);
	const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.mp4'))!);
	const pictures = await frames(file, [...Array((await times(file, 'video')).length).keys()]);
	const kinds = pictures.map((picture) => {
		const edge = colourAt(picture, 0.02, 0.5);
		return Object.entries(colours).find(([, colour]) => colourDistance(edge, colour) <= tolerance)?.[0] ?? `${edge}`;
	});
	return kinds.slice(kinds.indexOf('camera')).filter((kind, i, all) => kind !== all[i - 1]);
}

test('a reload on air: the audience sees nothing but the guest, in the same place', async (context) => {
	const { service, invite } = context;
	const page = await enter(context);
	const { pid } = await service.host('source', invite.id);
	const { slot } = (await service.state()).sources[invite.id]!;
	const seen = await program(context, async () => {
		await page.reload({ waitUntil: 'domcontentloaded' });
		await service.host('source', invite.id, { not: pid });
		await live(service, invite.id);
	});
	assert.equal(seen, ['camera']);
	assert.is((await service.state()).sources[invite.id]!.slot, slot);
	await page.close();
});

const ways: Record<string, (page: Page) => Promise<unknown>> = {
	'hangs up': (page) => page.getByTestId('leave-button').click(),
	'closes the page': (page) => page.close(),
	// Gone without a word, as with a computer that crashes or a cable that is pulled.
	'has a page that crashes': (page) => page.goto('chrome://crash').catch(() => undefined),
};
for (const [way, go] of Object.entries(ways))
	test(`a guest who ${way} on air: the last picture stands, silent, and one tap shows the rest`, async (context) => {
		const { service, invite, switcher } = context;
		const page = await enter(context);
		const button = switcher.getByTestId(`without-${invite.id}`);
		const seen = await program(context, async () => {
			await go(page);
			await service.waitState(
				({ guests, sources }) => guests[invite.id]!.state === 'lost' && sources[invite.id]!.audio!.levelDb! < -70,
				'the guest to be gone, in silence',
			);
			await button.click();
			await service.waitState(({ buses }) => buses.program === 'source-hdmi1', 'something else on air');
		});
		assert.equal(seen, ['camera', 'red']);
		await button.waitFor({ state: 'hidden' });
		await page.close();
	});

test('removing a guest on air says so, goes to something else first, and can be undone', async (context) => {
	const { service, invite, switcher } = context;
	const page = await enter(context);
	const seen = await program(context, async () => {
		await switcher.getByTestId(`guest-remove-${invite.id}`).click();
		await switcher.getByRole('dialog', { name: 'Ada is on air. Remove?' }).waitFor();
		await switcher.getByTestId('confirm-yes').click();
		await service.waitState(({ guests }) => !(invite.id in guests), 'the guest to be removed');
		await page.getByTestId('join-closed').waitFor();
		// It is offered for 10 s, and to look through the recording may take longer.
		await switcher.getByTestId(`undo-${invite.id}`).click();
	});
	assert.equal(seen, ['camera', 'red']);
	// Whoever it was need not do anything.
	await live(service, invite.id);
	await switcher.getByTestId(`undo-${invite.id}`).waitFor({ state: 'hidden' });
	await switcher.getByTestId(`tile-${invite.id}`).waitFor();
});

test.run();
