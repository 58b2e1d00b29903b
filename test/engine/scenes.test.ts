import * as assert from 'uvu/assert';
import type { Scene } from '../../service/contract/scenes.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** Scenes that several people fill at the same time. */
const test = suite<{ service: TestService }>('scenes');

test.before(async (context) => {
	context.service = await TestService.start({ args: ['--no-viewers'] });
});
test.after(({ service }) => service.stop());

interface Refused {
	error: { code: string; message: string; detail: Scene };
}
const fill = (service: TestService, slot: number, source: string | null, version?: number) =>
	service.api<Scene & Refused>('PATCH', `/api/scenes/quad/layers/${slot}`, { source, ...(version !== undefined && { version }) });
const quad = async (service: TestService) => (await service.state()).scenes.quad!;
const sourcesOf = ({ layers }: Scene) => layers.map(({ source }) => source);

test('slots that are filled at the same moment all keep what was put into them', async ({ service }) => {
	const { version } = await quad(service);
	const wanted = ['hdmi4', 'hdmi3', 'hdmi2', 'hdmi1'];
	const answers = await Promise.all(wanted.map((source, slot) => fill(service, slot, source, version)));
	assert.equal(
		answers.map(({ status }) => status),
		[200, 200, 200, 200],
	);
	assert.equal(sourcesOf(await quad(service)), wanted);
});

test('a slot that somebody else has filled meanwhile is not overwritten: 409, with the scene as it is', async ({ service }) => {
	const { version } = await quad(service);
	const [first, second] = await Promise.all([fill(service, 0, 'hdmi1', version), fill(service, 0, 'hdmi2', version)]);
	assert.equal([first.status, second.status].toSorted(), [200, 409]);
	const [won, refused] = first.status === 200 ? [first, second] : [second, first];
	assert.is(refused.body.error.code, 'conflict');
	assert.equal(refused.body.error.detail, await quad(service));
	assert.is((await quad(service)).layers[0]!.source, won.body.layers[0]!.source);
	assert.is((await fill(service, 0, 'hdmi3', won.body.version)).status, 200, 'with the answer’s version it goes on');
});

test('a patch changes what it names and nothing else; without a version it always counts', async ({ service }) => {
	const before = await quad(service);
	const { status, body } = await service.api<Scene>('PATCH', '/api/scenes/quad/layers/2', { alpha: 0.5 });
	assert.is(status, 200);
	assert.ok(body.version > before.version);
	assert.equal(body.layers, before.layers.with(2, { ...before.layers[2]!, alpha: 0.5 }));
	assert.is((await fill(service, 2, null)).body.layers[2]!.source, null);
});

test('a whole scene is replaced under the version that was seen, or not', async ({ service }) => {
	const { version, layers } = await quad(service);
	const put = (body: object) => service.api<Refused>('PUT', '/api/scenes/quad', body);
	assert.is((await put({ layers, version: version - 1 })).status, 409);
	assert.is((await put({ layers: layers.with(1, { ...layers[1]!, source: 'black' }), version })).status, 200);
	assert.is((await put({ layers, version })).status, 409);
	assert.is((await put({ layers })).status, 200);
});

test('what is not there is not filled', async ({ service }) => {
	const patch = async (path: string, body: object) => (await service.api('PATCH', path, body)).status;
	assert.is(await patch('/api/scenes/nothing/layers/0', { source: null }), 404);
	assert.is(await patch('/api/scenes/quad/layers/4', { source: null }), 404);
	assert.is(await patch('/api/scenes/quad/layers/-1', { source: null }), 404);
	assert.is(await patch('/api/scenes/quad/layers/0', { source: 'nobody' }), 400);
	assert.is(await patch('/api/scenes/source-hdmi1/layers/0', { source: 'hdmi2' }), 409);
});

test.run();
