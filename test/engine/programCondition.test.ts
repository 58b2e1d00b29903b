import * as assert from 'uvu/assert';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** What the studio says of its program is what comes out of its mixer. */
const test = suite<{ service: TestService }>('what the program shows');

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
});
test.after(async ({ service }) => {
	await service.stop();
});

const codesOf = (faults: { code: string }[]) => faults.map(({ code }) => code).filter((code) => code.startsWith('program-'));
const layer = (source: string | null, more: object = {}) => ({ source, x: 0, y: 0, w: 1, h: 1, z: 0, ...more });

async function show(service: TestService, layers: object[]): Promise<void> {
	const put = await service.api('PUT', '/api/scenes/test', { layers });
	assert.is(put.status, 200, JSON.stringify(put.body));
	const cut = await service.api('POST', '/api/cut', { scene: 'test' });
	assert.is(cut.status, 200, JSON.stringify(cut.body));
}
const until = (service: TestService, picture: string, sound: string) =>
	service.waitState(
		({ system }) => system.program?.picture === picture && system.program.sound === sound,
		`a program that is ${picture} and ${sound}`,
	);

test('a scene without a source and chosen black are told as empty, and are no fault', async ({ service }) => {
	await show(service, [layer('hdmi1')]);
	await until(service, 'shown', 'heard');
	for (const source of [null, 'black']) {
		await show(service, [layer(source)]);
		const { faults } = await until(service, 'empty', 'muted');
		assert.equal(codesOf(faults), []);
	}
});

test('a program that is black and silent although a source is on it is an alarm until it is seen and heard again', async ({
	service,
}) => {
	// A point of the source that is black, for the whole picture: what its camera sees is dark.
	await service.api('PATCH', '/api/audio/hdmi1', { gainDb: -59 });
	await show(service, [layer('hdmi1', { alpha: 0.001 })]);
	const { faults } = await until(service, 'black', 'silent');
	assert.equal(codesOf(faults).sort(), ['program-black', 'program-silent']);
	assert.ok(faults.every(({ remedy }) => remedy));
	await service.api('PATCH', '/api/audio/hdmi1', { gainDb: 0 });
	await show(service, [layer('hdmi1')]);
	const after = await until(service, 'shown', 'heard');
	assert.equal(codesOf(after.faults), []);
});

test('sound that is muted by hand is no fault', async ({ service }) => {
	await service.api('PATCH', '/api/audio/master', { mute: true });
	const { faults } = await until(service, 'shown', 'muted');
	assert.equal(codesOf(faults), []);
	await service.api('PATCH', '/api/audio/master', { mute: false });
	await until(service, 'shown', 'heard');
});

test.run();
