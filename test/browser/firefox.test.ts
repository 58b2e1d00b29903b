/**
 * The guest's and the viewer's page in Firefox. Debian's comes without H.264: its OpenH264 plug-in is fetched from Cisco at run
 * time, which these tests do not do. So a guest sends VP8, and who would watch hears the
 * sound and is told what is missing for the picture.
 */

import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { Firefox, type FirefoxPage } from '../tools/page/firefox.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

const test = suite<{ service: TestService; firefox: Firefox }>('Firefox');

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
	context.firefox = await Firefox.start();
});
test.after(async ({ service, firefox }) => {
	firefox?.close();
	await service?.stop();
});

/** An element by its test id, through every shadow root. */
const find = `(function find(id, root = document) {
	for (const element of root.querySelectorAll('*')) {
		if (element.dataset?.testid === id) return element;
		const inside = element.shadowRoot && find(id, element.shadowRoot);
		if (inside) return inside;
	}
	return null;
})`;
const textOf = (page: FirefoxPage, id: string) => page.evaluate<string | null>(`${find}('${id}')?.textContent.trim() ?? null`);

async function untilText(page: FirefoxPage, id: string, wanted: RegExp): Promise<void> {
	await until(
		async () => {
			const text = await textOf(page, id);
			if (wanted.test(text ?? '')) return true;
			throw new Error(`it says ${text}`);
		},
		{ what: `${id} to say ${wanted}`, everyMs: 200 },
	);
}

/** Sound without a picture is in the element and plays. There is no sound device: that it is a tone, other tests hear. */
async function untilSound(page: FirefoxPage, id: string): Promise<void> {
	const read = () =>
		page.evaluate<{ tracks: string[]; playedS: number }>(`(() => {
			const { srcObject, currentTime: playedS } = ${find}('${id}');
			return { tracks: srcObject.getTracks().map(({ kind, muted }) => kind + (muted ? ', muted' : '')), playedS };
		})()`);
	const { tracks, playedS } = await read();
	assert.equal(tracks, ['audio']);
	await until(async () => (await read()).playedS > playedS + 1, { what: `sound in ${id}`, everyMs: 200 });
}

async function click(page: FirefoxPage, id: string): Promise<void> {
	const ready = () => page.evaluate<boolean>(`${find}('${id}')?.disabled === false`);
	await until(ready, { what: `${id} to be ready`, everyMs: 200 });
	await page.evaluate(`${find}('${id}').click()`);
}

test('a guest joins with camera and microphone, as VP8, and a closed tab is noticed', async ({ service, firefox }) => {
	const { body: guest } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Fox' });
	const page = await firefox.page(guest.joinUrl);
	await click(page, 'join-button');
	const { guests, sources } = await service.waitState(
		({ guests, sources }) => guests[guest.id]?.state === 'connected' && sources[guest.id]?.state === 'live',
		'the guest to be live',
		20_000,
	);
	assert.is(guests[guest.id]!.codec, 'VP8');
	assert.is(sources[guest.id]!.audio?.channels, 2);
	await untilText(page, 'join-state', /You are in/);
	await service.waitState(({ guests }) => (guests[guest.id]?.video?.height ?? 0) >= 360, 'its picture to be measured');
	// Its fake microphone is a tone, which is heard.
	await service.waitState(({ sources }) => (sources[guest.id]?.audio?.levelDb ?? -100) > -60, 'its sound to be heard');
	// The words come with the sound: they stand there while it arrives.
	await untilText(page, 'return-state', /^You hear the studio, .*lacks H\.264\. .*OpenH264/);
	await untilSound(page, 'return-video');
	await service.waitState(({ streamers }) => streamers[`return-${guest.id}`]!.viewers === 1, 'one listener of the return');
	await page.close();
	// Without a word before: Firefox ends the connection of a tab that is closed from outside, and lets no more request out.
	await service.waitState(({ guests }) => guests[guest.id]?.state !== 'connected', 'the closed tab to be noticed', 5000);
	assert.match((await service.state()).guests[guest.id]!.lastError ?? '', /closed by the peer|^$/);
});

test('a viewer hears the program, and reads that this Firefox lacks H.264, and what to do', async ({ service, firefox }) => {
	const page = await firefox.page(`${service.http}/watch/program#${service.ready.operatorToken}`);
	await untilText(page, 'watch-state', /lacks H\.264\. In Firefox, turn on OpenH264.* You hear the sound\.$/);
	await untilSound(page, 'watch-video');
	await page.close();
	// Where there is no sound, it is not promised.
	const silent = await firefox.page(`${service.http}/watch/multiview#${service.ready.operatorToken}`);
	await untilText(silent, 'watch-state', /lacks H\.264\..* or use another browser\.$/);
	await silent.close();
});

test.run();
