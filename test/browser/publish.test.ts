import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { GuestInvite } from '../../service/contract/guests.js';
import { parseColour } from '../tools/engine/counter.js';
import { TestBrowser, untilColour } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

/** Guests by bare WHIP: both codecs, and a seat that is taken again. */
const test = suite<{ service: TestService; browser: TestBrowser; program: Page }>('publish');
const peerCode = readFileSync(join(root, 'test/tools/page/peer.js'), 'utf8');
const camera = '#20a040';

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
	context.browser = await TestBrowser.start({ camera: { colour: camera } });
	context.program = await context.browser.page(`${context.service.http}/watch/program#${context.service.ready.operatorToken}`);
});
test.after(async ({ service, browser }) => {
	await browser.close();
	await service.stop();
});

async function invite(service: TestService): Promise<GuestInvite> {
	return (await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' })).body;
}

/** A page that publishes with one codec; returns its session. */
async function publish(
	{ service, browser }: { service: TestService; browser: TestBrowser },
	guest: GuestInvite,
	codec: string,
): Promise<string> {
	// Any page of a secure origin has a camera.
	const page = await browser.page(`${service.http}/watch/none`);
	await page.evaluate(peerCode);
	const sdp = await page.evaluate<string>(`r58peer.offerToPublish('${codec}')`);
	const { status, headers, body } = await service.api<string>('POST', new URL(guest.whipUrl).pathname, sdp, {
		token: guest.token,
		headers: { 'content-type': 'application/sdp' },
	});
	assert.is(status, 201, JSON.stringify(body));
	await page.evaluate(`r58peer.answer(${JSON.stringify(body)})`);
	return headers.get('location')!;
}

for (const codec of ['H264', 'VP8']) {
	test(`a guest who sends ${codec} is in the program, and its line is measured`, async (context) => {
		const { service, program } = context;
		const guest = await invite(service);
		await publish(context, guest, codec);
		const { guests } = await service.waitState(({ sources }) => sources[guest.id]?.state === 'live', 'the guest to be live');
		assert.is(guests[guest.id]!.codec, codec);
		const { guests: measured } = await service.waitState(({ guests }) => {
			const { rttMs, lossPct, kbps } = guests[guest.id]!;
			return rttMs !== null && lossPct !== null && kbps !== null;
		}, 'its round trip, loss and rate');
		const { rttMs, lossPct } = measured[guest.id]!;
		assert.ok(rttMs! < 400 && lossPct! < 10, `${rttMs} ms, ${lossPct} % on the machine itself`);
		assert.is((await service.api('POST', '/api/cut', { scene: `source-${guest.id}` })).status, 200);
		await untilColour(program.getByTestId('watch-video'), [0.5, 0.5], parseColour(camera), { tolerance: 40 });
		assert.is((await service.api('POST', '/api/cut', { scene: 'source-hdmi1' })).status, 200);
		assert.is((await service.api('DELETE', `/api/guests/${guest.id}`)).status, 204);
	});
}

test('a second connection with the same invite takes the seat over at once, and ends the first', async (context) => {
	const { service } = context;
	const guest = await invite(service);
	const first = await publish(context, guest, 'H264');
	await service.waitState(({ sources }) => sources[guest.id]?.state === 'live', 'the guest to be live');
	const host = await service.host('source', guest.id);
	const second = await publish(context, guest, 'H264');
	assert.is.not(first, second);
	await service.host('source', guest.id, { not: host.pid });
	await service.waitState(
		({ guests, sources }) => guests[guest.id]?.state === 'connected' && sources[guest.id]?.state === 'live',
		'the seat to be live again',
	);
	assert.is((await service.api('DELETE', first, undefined, { token: guest.token })).status, 404);
	assert.is((await service.api('DELETE', second, undefined, { token: guest.token })).status, 200);
	await service.waitState(({ guests }) => guests[guest.id]?.state === 'invited', 'the seat to be empty');
});

test('a thirteenth source is refused with the reason, until one is removed', async ({ service }) => {
	const made: string[] = [];
	for (;;) {
		const answer = await service.api<GuestInvite & { error: { code: string; message: string } }>('POST', '/api/guests', {
			name: 'Many',
		});
		if (answer.status === 201) {
			made.push(answer.body.id);
			continue;
		}
		assert.is(answer.status, 503);
		assert.is(answer.body.error.code, 'no-slot');
		assert.ok(answer.headers.get('retry-after'));
		break;
	}
	assert.is(Object.keys((await service.state()).sources).length, 12);
	assert.is((await service.api('DELETE', `/api/guests/${made[0]}`)).status, 204);
	assert.is((await service.api('POST', '/api/guests', { name: 'One more' })).status, 201);
});

test.run();
