import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Fault } from '../../service/contract/faults.js';
import type { Recording } from '../../service/contract/recordings.js';
import { programFiles } from '../tools/engine/parts.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** What becomes of a recording whose file, folder or disk goes while it is written. */
const test = suite<{ service: TestService; folder: string }>('recordings that lose their files');
const sizeMb = 360;

test.before(async (context) => {
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-data-'));
	context.folder = join(dataDir, 'recordings');
	writeFileSync(context.folder, 'no folder');
	context.service = await TestService.start({ dataDir });
	await context.service.onAir();
});
test.after(async ({ service, folder }) => {
	await service.stop();
	spawnSync('umount', ['-l', folder]);
	rmSync(service.dataDir, { recursive: true, force: true });
});

const fault = (faults: Fault[], code: string) => faults.find((each) => each.code === code);
const raised = (service: TestService, code: string) =>
	service.waitState(({ faults }) => fault(faults, code), `${code} to be raised`, 15_000);
const over = (service: TestService, code: string) =>
	service.waitState(({ faults }) => !fault(faults, code), `${code} to be over`);

/** What is left for files, in MB (2^20 bytes). */
function freeMb(folder: string): number {
	const { bavail, bsize } = statfsSync(folder);
	return (bavail * bsize) / 2 ** 20;
}

async function start(service: TestService): Promise<Recording> {
	const { status, body } = await service.api<Recording>('POST', '/api/recordings', {});
	assert.is(status, 201, JSON.stringify(body));
	await service.waitState(({ recordings }) => recordings[body.id]!.durationMs >= 2500, '2.5 s of recording');
	return body;
}

async function stop(service: TestService, id: string): Promise<Recording> {
	const { status, body } = await service.api<Recording>('POST', `/api/recordings/${id}/stop`);
	assert.is(status, 200, JSON.stringify(body));
	return body;
}

/** Waits for the part that takes the lost one's place; it begins with what the encoder remembers of the recording. */
async function goesOn(service: TestService, { id, startPtsNs }: Recording): Promise<void> {
	const state = await raised(service, 'recording-lost');
	assert.match(fault(state.faults, 'recording-lost')!.message, /program-001\.mp4 .* is gone/);
	const next = ({ files }: Recording) => files.find(({ part, startPtsNs }) => part === 2 && startPtsNs !== null);
	const { recordings } = await service.waitState(({ recordings }) => next(recordings[id]!), 'the next part');
	assert.is(next(recordings[id]!)!.startPtsNs, startPtsNs);
	const ended = await stop(service, id);
	assert.equal([ended.state, programFiles(ended).map(({ part }) => part)], ['finished', [2]]);
	assert.match(ended.lastError!, /^lost during the recording: .*program-001\.mp4/);
}

test('a folder for recordings that cannot be made is a fault until a recording runs', async ({ service, folder }) => {
	await raised(service, 'recording-folder');
	unlinkSync(folder);
	mkdirSync(folder);
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder], { encoding: 'utf8' });
	assert.is(mounted.status, 0, mounted.stderr);
	const { id } = await start(service);
	await over(service, 'recording-folder');
	await stop(service, id);
});

test('a deleted file is told within seconds, and recording goes on from what the encoder remembers', async ({
	service,
	folder,
}) => {
	const recording = await start(service);
	unlinkSync(join(folder, recording.id, 'program-001.mp4'));
	await goesOn(service, recording);
	const ask = { code: 'recording-lost', subject: recording.id };
	assert.is((await service.api('POST', '/api/faults/acknowledge', ask)).status, 204);
	await over(service, 'recording-lost');
	const { body } = await service.api<{ past: { code: string; until: string }[] }>('GET', '/api/faults');
	assert.ok(
		body.past.some(({ code, until }) => code === 'recording-lost' && until),
		'it can be read still',
	);
});

test('so is a folder that is moved away', async ({ service, folder }) => {
	const recording = await start(service);
	renameSync(join(folder, recording.id), join(folder, 'elsewhere'));
	await goesOn(service, recording);
	assert.is((await service.api('DELETE', `/api/recordings/${recording.id}`)).status, 204);
	await over(service, 'recording-lost');
});

test('a full disk ends the recording; the fault goes when there is room, and the note of it when another runs', async ({
	service,
	folder,
}) => {
	const { id } = await start(service);
	const filler = join(folder, 'filler');
	const piece = Buffer.alloc(2 ** 20, 1);
	const fillTo = (leftMb: number): void => {
		for (let mb = freeMb(folder) - leftMb; mb >= 1; mb -= 1) appendFileSync(filler, piece);
	};
	// Just above what it needs it goes on: the disk was looked at several times until so much more is written.
	fillTo(64 + 24);
	const { durationMs } = (await service.state()).recordings[id]!;
	const ms = (state: { recordings: Record<string, Recording> }) => state.recordings[id]!.durationMs - durationMs;
	const above = await service.waitState((state) => ms(state) >= 5000, '5 s more of recording');
	assert.ok(freeMb(folder) > 64, `${freeMb(folder)} MB are left`);
	assert.equal([above.recordings[id]!.state, fault(above.faults, 'disk-full')], ['recording', undefined]);
	fillTo(40);
	await raised(service, 'disk-full');
	const { recordings, faults } = await raised(service, 'recording-stopped');
	assert.equal([recordings[id]!.state, recordings[id]!.lastError], ['fault', 'the disk was full']);
	assert.ok(fault(faults, 'recording-stopped')!.remedy);
	unlinkSync(filler);
	const state = await over(service, 'disk-full');
	assert.ok(fault(state.faults, 'recording-stopped'), 'nobody has taken note yet');
	const next = await start(service);
	await over(service, 'recording-stopped');
	await stop(service, next.id);
});

test('a disk that is taken away is told, and the recording goes on where there is room', async ({ service, folder }) => {
	const recording = await start(service);
	assert.is(spawnSync('umount', ['-l', folder]).status, 0);
	await goesOn(service, recording);
});

test.run();
