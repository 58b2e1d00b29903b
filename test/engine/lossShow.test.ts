import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Recording } from '../../service/contract/recordings.js';
import type { Source } from '../../service/contract/sources.js';
import { colourAt, colourDistance, parseColour, readCounter } from '../tools/engine/counter.js';
import { cadence, frames, times } from '../tools/engine/media.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { pause, until } from '../tools/wait.js';

export const alone = true;

/** What the operator chose for a lost source, in the recorded program. */
const test = timedSuite('loss in the show');
const services: TestService[] = [];
const colours = { red: parseColour('#c83232'), green: parseColour('#32b432'), slate: [36, 36, 36] as [number, number, number] };

async function start(dataDir?: string): Promise<TestService> {
	const service = await TestService.start(dataDir === undefined ? {} : { dataDir });
	services.push(service);
	await service.onAir();
	return service;
}

test.after(() => {
	for (const service of services) service.destroy();
});

const patch = (service: TestService, id: string, body: object) => service.api<Source>('PATCH', `/api/sources/${id}`, body);

/** Every picture of a file: what its border says, and its number. */
async function seen(file: string): Promise<{ kind: string; counter: number | null }[]> {
	const count = (await times(file, 'video')).length;
	const pictures = await frames(file, [...Array(count).keys()]);
	return pictures.map((picture) => {
		const edge = colourAt(picture, 0.02, 0.5);
		const [kind] = Object.entries(colours).find(([, colour]) => colourDistance(edge, colour) <= 20) ?? ['other'];
		return { kind, counter: readCounter(picture) };
	});
}

async function recordLoss(service: TestService, id: string): Promise<{ file: string; reportedMs: number }> {
	const { body: recording } = await service.api<Recording>('POST', '/api/recordings', {});
	const longer = async (ms: number) => {
		const { durationMs } = (await service.state()).recordings[recording.id]!;
		await service.waitState(({ recordings }) => recordings[recording.id]!.durationMs > durationMs + ms, `${ms} ms more`);
	};
	await longer(1000);
	const host = await service.host('source', id);
	const at = performance.now();
	// Frozen: a source that is killed is back before the delay runs out, and nothing is seen of it.
	process.kill(host.pid, 'SIGSTOP');
	await until(async () => (await service.state()).sources[id]!.state !== 'live', { what: 'the loss', everyMs: 10 });
	const reportedMs = performance.now() - at;
	await service.waitState(({ sources }) => sources[id]!.state === 'live', `${id} to be back`);
	await longer(1000);
	await service.api('POST', `/api/recordings/${recording.id}/stop`);
	const folder = join(service.dataDir, 'recordings', recording.id);
	return { file: join(folder, readdirSync(folder)[0]!), reportedMs };
}

let service: TestService | undefined;
for (const [onLoss, kinds] of Object.entries({
	hold: ['red'],
	slate: ['red', 'slate', 'red'],
	backup: ['red', 'green', 'red'],
})) {
	test(`${onLoss}: the loss is reported within 1.5 s, the program keeps its cadence, numbers never go back`, async () => {
		service ??= await start();
		// A delay that covers what the machine's other work may hold a source up: this is about one that is gone.
		const change = { onLoss, backup: onLoss === 'backup' ? 'hdmi2' : null, delayMs: 250 };
		const { status } = await patch(service, 'hdmi1', change);
		assert.is(status, 200);
		await service.api('POST', '/api/cut', { scene: 'source-hdmi1' });
		// A recording begins at the key frame before, up to a second ago.
		await pause(1500);
		const { file, reportedMs } = await recordLoss(service, 'hdmi1');
		// Noticed after half a second, and told when it has lasted for one.
		assert.ok(reportedMs >= 1000 && reportedMs < 1500, `${reportedMs} ms`);
		const { missing, repeated } = cadence(await times(file, 'video'), 30);
		assert.equal([missing, repeated], [0, 0]);
		const pictures = await seen(file);
		const order = pictures.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);
		assert.equal(order, kinds);
		const numbers = pictures.flatMap(({ kind, counter }) => (kind === 'red' && counter !== null ? [counter] : []));
		assert.ok(numbers.length > 60, `${numbers.length} numbers`);
		for (const [i, number] of numbers.entries())
			assert.ok(i === 0 || number >= numbers[i - 1]!, `${number} after ${numbers[i - 1]}`);
	});
}

test('a backup that is removed is nobody’s backup any more', async () => {
	service ??= await start();
	const { body: guest } = await service.api<{ id: string }>('POST', '/api/guests', { name: 'Ada' });
	await patch(service, 'hdmi1', { onLoss: 'backup', backup: guest.id });
	assert.is((await service.api('DELETE', `/api/guests/${guest.id}`)).status, 204);
	assert.is((await service.state()).sources.hdmi1!.backup, null);
});

test('what was chosen is kept over a restart; nonsense is refused', async () => {
	service ??= await start();
	const { dataDir } = service;
	assert.is((await patch(service, 'hdmi1', { onLoss: 'backup', backup: 'hdmi3', label: 'Stage', delayMs: 50 })).status, 200);
	for (const backup of ['hdmi1', 'nobody']) assert.is((await patch(service, 'hdmi1', { backup })).status, 400);
	service.kill('SIGKILL');
	await service.ended;
	service = undefined;
	const again = await start(dataDir);
	const { onLoss, backup, label, delayMs } = (await again.state()).sources.hdmi1!;
	assert.equal({ onLoss, backup, label, delayMs }, { onLoss: 'backup', backup: 'hdmi3', label: 'Stage', delayMs: 50 });
});

test.run();
