import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Recording } from '../../service/contract/recordings.js';
import { programFiles, readProgram } from '../tools/engine/parts.js';
import { assertWhole } from '../tools/engine/show.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';

export const alone = true;

/** Parts of a recording, one after the other, are the program: without a gap and without an overlap. */
const test = timedSuite<{ service: TestService }>('recording parts');

test.before(async (context) => {
	context.service = await TestService.start();
	await context.service.onAir();
});
test.after(async ({ service }) => {
	await service.stop();
});

async function start(service: TestService, body: object = {}): Promise<Recording> {
	const answer = await service.api<Recording>('POST', '/api/recordings', body);
	assert.is(answer.status, 201, JSON.stringify(answer.body));
	return answer.body;
}

async function stop(service: TestService, id: string): Promise<Recording> {
	const answer = await service.api<Recording>('POST', `/api/recordings/${id}/stop`);
	assert.is(answer.status, 200, JSON.stringify(answer.body));
	return answer.body;
}

async function recorded(service: TestService, id: string, durationMs: number): Promise<void> {
	await service.waitState(({ recordings }) => recordings[id]!.durationMs >= durationMs, `${durationMs} ms of recording`);
}

const read = (service: TestService, recording: Recording) => readProgram(join(service.dataDir, 'recordings'), recording);

function assertJoined(recording: Recording): void {
	const parts = programFiles(recording);
	for (const [i, { startPtsNs }] of parts.entries())
		assert.is(startPtsNs, i === 0 ? recording.startPtsNs : parts[i - 1]!.endPtsNs, `part ${i + 1}`);
}

test('a recorder that is killed goes on in the next part where the last one ends', async ({ service }) => {
	const { id } = await start(service);
	for (const durationMs of [3000, 6000]) {
		await recorded(service, id, durationMs);
		const { pid } = await service.host('recorder', id);
		process.kill(pid, 'SIGKILL');
		await service.host('recorder', id, { not: pid });
	}
	await recorded(service, id, 8000);
	const recording = await stop(service, id);
	assert.is(programFiles(recording).length, 3);
	assertJoined(recording);
	assertWhole(await read(service, recording), 'killed twice');
});

test('one that is killed in its first second leaves nothing behind and loses nothing', async ({ service }) => {
	const { id } = await start(service);
	const { pid } = await service.host('recorder', id);
	process.kill(pid, 'SIGKILL');
	await service.host('recorder', id, { not: pid });
	await recorded(service, id, 3000);
	const recording = await stop(service, id);
	assertJoined(recording);
	assertWhole(await read(service, recording), 'killed at once');
});

test('a stop while the recorder is dead or frozen still has the program up to the stop', async ({ service }) => {
	for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
		const { id } = await start(service);
		await recorded(service, id, 2500);
		process.kill((await service.host('recorder', id)).pid, signal);
		const stoppedNs = process.hrtime.bigint();
		const recording = await stop(service, id);
		assert.is(recording.state, 'finished');
		assertJoined(recording);
		const program = await read(service, recording);
		assertWhole(program, signal);
		const missingMs = Number(stoppedNs - program.video.at(-1)!) / 1e6;
		assert.ok(missingMs < 500, `${signal}: the recording ends ${missingMs} ms before the stop`);
	}
});

test('pre-roll: the recording begins that much earlier, at the key frame before', async ({ service }) => {
	// The encoder must remember that much.
	await service.waitState(({ system }) => Date.now() - Date.parse(system.startedAt) > 14_000, '14 s of program');
	for (const prerollS of [0, 3.5, 10]) {
		const askedNs = process.hrtime.bigint();
		const { id, startPtsNs } = await start(service, { prerollS });
		const beforeMs = Number(askedNs - BigInt(startPtsNs!)) / 1e6;
		assert.ok(beforeMs > prerollS * 1000 - 100 && beforeMs < prerollS * 1000 + 1_300, `${prerollS} s: ${beforeMs} ms`);
		await recorded(service, id, prerollS * 1000 + 1000);
		const recording = await stop(service, id);
		const program = await read(service, recording);
		assertJoined(recording);
		assertWhole(program, `${prerollS} s`);
		assert.is(program.video[0], BigInt(startPtsNs!));
	}
	for (const prerollS of [-1, 11, 'all'])
		assert.is((await service.api('POST', '/api/recordings', { prerollS })).status, 400, String(prerollS));
});

test.run();
