import * as assert from 'uvu/assert';
import type { Guest, GuestInvite } from '../../service/contract/guests.js';
import type { Token } from '../../service/contract/sessions.js';
import { parseColour } from '../tools/engine/counter.js';
import { TestBrowser, untilColour, untilHeard } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { test } from '../tools/suite.js';

export const alone = true;

const camera = '#20a040';
/** None of the demo inputs has it. */
const voiceHz = 1320;
const inputHz = 440;
/** A camera's bt601 picture through H.264 and a bt709 mixer. */
const tolerance = 40;

const service = await TestService.start();
await service.onAir();
const guest = await TestBrowser.start({ camera: { colour: camera }, microphone: { toneHz: voiceHz } });
const viewer = await TestBrowser.start();

test('a guest joins by the link; viewers see and hear it, and its own return has the program without its voice', async () => {
	const invite = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	assert.is(invite.status, 201);
	const { id, joinUrl } = invite.body;

	const joinPage = await guest.page(joinUrl);
	await untilColour(joinPage.getByTestId('self-video'), [0.5, 0.5], parseColour(camera), { tolerance });
	await joinPage.getByTestId('join-button').click();
	await joinPage.locator('[data-testid="join-state"][data-phase="live"]').waitFor();
	await service.waitState(
		(state) => state.guests[id]?.state === 'connected' && state.sources[id]?.state === 'live',
		`${id} to be live`,
	);

	for (const strip of [id, 'hdmi1']) assert.is((await service.api('PATCH', `/api/audio/${strip}`, { mode: 'on' })).status, 200);
	assert.is((await service.api('POST', '/api/cut', { scene: `source-${id}` })).status, 200);

	const watchToken = await service.api<Token & { token: string }>(
		'POST',
		'/api/tokens',
		{ label: 'A viewer', role: 'viewer' },
		{ token: service.ready.technicianToken },
	);
	assert.is(watchToken.status, 201);
	const program = (await viewer.page(`${service.http}/watch/program#${watchToken.body.token}`)).getByTestId('watch-video');
	const seen = await untilColour(program, [0.5, 0.5], parseColour(camera), { tolerance });
	assert.is(`${seen.width}x${seen.height}`, '640x360');
	await untilHeard(program, [voiceHz, inputHz]);

	// The return carries the program's sound, so that what is absent is absent alone.
	const back = joinPage.getByTestId('return-video');
	await untilColour(back, [0.5, 0.5], parseColour(camera), { tolerance });
	const heard = await untilHeard(back, [inputHz], { others: [voiceHz] });
	assert.ok(heard[voiceHz]! < -70, JSON.stringify(heard));

	assert.equal([...guest.errors, ...viewer.errors], []);
});

test('a guest that leaves is gone from the state, and the program goes on', async () => {
	const { body: guests } = await service.api<Guest[]>('GET', '/api/guests');
	const id = guests[0]!.id;
	await guest.context.pages()[0]!.getByTestId('leave-button').click();
	await service.waitState((state) => state.guests[id]?.state !== 'connected', `${id} to be gone`);
	assert.is((await service.api('POST', '/api/cut', { scene: 'source-hdmi1' })).status, 200);
	const program = viewer.context.pages()[0]!.getByTestId('watch-video');
	const { sources } = await service.state();
	await untilColour(program, [0.04, 0.5], parseColour(sources.hdmi1!.colour), { tolerance: 16 });
});

test.after(async () => {
	await guest.close();
	await viewer.close();
	await service.stop();
});
test.run();
