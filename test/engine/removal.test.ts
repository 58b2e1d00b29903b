import * as assert from 'uvu/assert';
import type { Applied } from '../../service/contract/buses.js';
import type { Guest, GuestInvite } from '../../service/contract/guests.js';
import type { Scene } from '../../service/contract/scenes.js';
import type { SourceOf } from '../../service/contract/sources.js';
import type { State } from '../../service/contract/state.js';
import { freePorts } from '../tools/net/ports.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** What is removed while it is on air, and comes back. */
const test = suite<{ service: TestService }>('removal');

test.before(async (context) => {
	context.service = await TestService.start({ args: ['--no-viewers'] });
	await context.service.waitState(
		({ sources }) => Object.values(sources).every(({ state }) => state === 'live'),
		'the inputs to be live',
	);
});
test.after(({ service }) => service.stop());

const sourcesOf = (scene: Scene | undefined) => scene?.layers.map(({ source }) => source);
const shows = ({ scenes }: State, id: string) => Object.values(scenes).some((scene) => sourcesOf(scene)!.includes(id));

async function cut(service: TestService, scene: string): Promise<void> {
	assert.is((await service.api('POST', '/api/cut', { scene })).status, 200);
}

async function invite(service: TestService): Promise<GuestInvite> {
	return (await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' })).body;
}

test('a guest who is removed on air leaves the program first, and no scene of theirs stays anywhere', async ({ service }) => {
	const { id, token } = await invite(service);
	await cut(service, `source-${id}`);
	await service.api('PUT', '/api/preview', { scene: `source-${id}` });
	await service.api('PATCH', '/api/scenes/quad/layers/3', { source: id });
	assert.is((await service.api('DELETE', `/api/guests/${id}`)).status, 204);
	const state = await service.state();
	const program = sourcesOf(state.scenes[state.buses.program!])!;
	assert.is(state.sources[program[0]!]?.state, 'live', `program shows ${program}`);
	assert.ok(state.buses.preview === null || state.scenes[state.buses.preview], `preview is ${state.buses.preview}`);
	assert.equal([shows(state, id), `source-${id}` in state.scenes, id in state.audio], [false, false, false]);
	assert.is((await service.api('GET', '/api/session', undefined, { token })).status, 401);
});

test('the operator may say what goes on air instead', async ({ service }) => {
	const { id } = await invite(service);
	await cut(service, `source-${id}`);
	const remove = (scene: string) => service.api('DELETE', `/api/guests/${id}?scene=${scene}`);
	assert.is((await remove('nothing')).status, 404);
	assert.is((await service.state()).buses.program, `source-${id}`);
	assert.is((await remove('source-hdmi3')).status, 204);
	assert.is((await service.state()).buses.program, 'source-hdmi3');
});

test('for 10 s a removal can be undone: scenes, sound and links are as before; what others changed meanwhile stays theirs', async ({
	service,
}) => {
	const { id, token } = await invite(service);
	await service.api('PATCH', '/api/scenes/quad/layers/0', { source: id });
	await service.api('PATCH', '/api/scenes/side-by-side/layers/1', { source: id });
	await service.api('PATCH', `/api/audio/${id}`, { gainDb: -7 });
	await service.api('PATCH', `/api/guests/${id}`, { maxKbps: 900 });
	await cut(service, `source-${id}`);
	await service.api('DELETE', `/api/guests/${id}`);
	assert.ok(id in (await service.state()).removed);
	await service.api('PATCH', '/api/scenes/side-by-side/layers/0', { source: 'hdmi2' });
	const { program } = (await service.state()).buses;
	const { status, body } = await service.api<Guest>('POST', `/api/guests/${id}/restore`);
	assert.equal([status, body.name, body.maxKbps], [200, 'Ada', 900]);
	const state = await service.state();
	assert.equal([sourcesOf(state.scenes.quad)![0], sourcesOf(state.scenes['side-by-side'])![1]], [id, null]);
	assert.is(state.audio[id]!.gainDb, -7);
	assert.is(state.buses.program, program, 'nothing goes on air by itself');
	assert.not(id in state.removed);
	assert.is((await service.api('GET', '/api/session', undefined, { token })).status, 200);
	assert.is((await service.api('POST', `/api/guests/${id}/restore`)).status, 404, 'once');
	await service.api('DELETE', `/api/guests/${id}`);
	await service.waitState(({ removed }) => Object.keys(removed).length === 0, 'the removal to be final');
	assert.is((await service.api('POST', `/api/guests/${id}/restore`)).status, 404);
});

test('a guest who is renamed has the new name everywhere, wherever it was changed', async ({ service }) => {
	const { id } = await invite(service);
	const names = ({ guests, sources, scenes }: State) => [guests[id]!.name, sources[id]!.label, scenes[`source-${id}`]!.label];
	await service.api('PATCH', `/api/sources/${id}`, { label: 'Grace' });
	assert.equal(names(await service.state()), ['Grace', 'Grace', 'Grace']);
	await service.api('PATCH', `/api/guests/${id}`, { name: 'Hopper' });
	assert.equal(names(await service.state()), ['Hopper', 'Hopper', 'Hopper']);
});

test('an RTP source on air is removed and comes back in the same way', async ({ service }) => {
	const [port] = await freePorts(1);
	const create = { kind: 'rtp', label: 'Stage', video: { port } };
	const { id, rtp } = (await service.api<SourceOf<'rtp'>>('POST', '/api/sources', create)).body;
	await cut(service, `source-${id}`);
	assert.is((await service.api('DELETE', `/api/sources/${id}`)).status, 204);
	const state = await service.state();
	assert.ok(state.scenes[state.buses.program!]);
	assert.equal([id in state.sources, shows(state, id)], [false, false]);
	const back = (await service.api<SourceOf<'rtp'>>('POST', `/api/sources/${id}/restore`)).body;
	assert.equal([back.id, back.label, back.rtp], [id, 'Stage', rtp]);
	assert.ok((await service.state()).scenes[`source-${id}`]);
	assert.is((await service.api('DELETE', '/api/sources/hdmi1')).status, 409, 'what was not made by hand stays');
});

test('the program goes on without a source that is on air', async ({ service }) => {
	await service.api('PUT', '/api/scenes/two', {
		layers: [
			{ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 },
			{ source: 'hdmi2', x: 0.5, y: 0, w: 0.5, h: 0.5, z: 1 },
		],
	});
	await cut(service, 'two');
	const without = (source: string) => service.api<Applied>('POST', '/api/program/without', { source });
	assert.is((await without('hdmi3')).status, 409);
	const { status, body } = await without('hdmi1');
	assert.equal([status, body.program], [200, 'source-hdmi2']);
	assert.ok(body.frame > 0);
});

test.run();
