import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Recording } from '../../service/contract/recordings.js';
import { colourAt, colourDistance, parseColour } from '../tools/engine/counter.js';
import { cadence, frames, probe, times } from '../tools/engine/media.js';
import { killSession, processes } from '../tools/processes.js';
import { TestService } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

/** What a kill costs, at worst: every process may die at any moment. */
const test = timedSuite('recovery');
const services: TestService[] = [];

async function start(options: Parameters<typeof TestService.start>[0] = {}): Promise<TestService> {
	const service = await TestService.start(options);
	services.push(service);
	await service.onAir();
	return service;
}

async function record(service: TestService): Promise<Recording> {
	const answer = await service.api<Recording>('POST', '/api/recordings', {});
	assert.is(answer.status, 201, JSON.stringify(answer.body));
	return answer.body;
}

function fileOf(service: TestService, id: string): string {
	const folder = join(service.dataDir, 'recordings', id);
	const names = readdirSync(folder).filter((name) => name.endsWith('.mp4'));
	assert.is(names.length, 1, names.join(' '));
	return join(folder, names[0]!);
}

/** Abstract sockets that these processes hold. */
function linkSockets(pids: number[]): string[] {
	const held = new Set(pids.flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))));
	return readFileSync('/proc/net/unix', 'utf8')
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.filter(([, , , , , , inode, name]) => name?.startsWith('@r58.') && held.has(`socket:[${inode}]`))
		.map((fields) => fields[7]!);
}

function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

test.after.each(() => {
	for (const service of services.splice(0)) service.destroy();
});

test('a source that is killed during a recording costs the program no frame, and comes back by itself', async () => {
	const service = await start();
	await service.api('POST', '/api/cut', { scene: 'quad' });
	const { id } = await record(service);
	const killed = await service.host('source', 'hdmi2');
	process.kill(killed.pid, 'SIGKILL');
	await service.host('source', 'hdmi2', { not: killed.pid });
	await service.waitState(({ sources }) => sources.hdmi2!.state === 'live', 'hdmi2 to be live again');
	const { durationMs } = (await service.api<Recording>('GET', `/api/recordings/${id}`)).body;
	await service.waitState(({ recordings }) => recordings[id]!.durationMs > durationMs + 1000, 'a second more of recording');
	assert.is((await service.api('POST', `/api/recordings/${id}/stop`)).status, 200);
	const { frames, missing, repeated } = cadence(await times(fileOf(service, id), 'video'), 30);
	assert.ok(frames > 30, `${frames} frames`);
	assert.equal([missing, repeated], [0, 0]);
});

test('a host that freezes is noticed within 2 s and replaced', async () => {
	const service = await start();
	const frozen = await service.host('source', 'hdmi3');
	const at = performance.now();
	process.kill(frozen.pid, 'SIGSTOP');
	await service.host('source', 'hdmi3', { not: frozen.pid });
	assert.ok(performance.now() - at < 3500, `${performance.now() - at} ms`);
	const { faults } = await service.waitState(({ faults }) => faults.length > 0, 'the fault to be listed');
	assert.equal([faults[0]!.code, faults[0]!.subject], ['host-restarted', 'source hdmi3']);
	assert.match(faults[0]!.message, /not advancing/);
	await service.waitState(({ sources }) => sources.hdmi3!.state === 'live', 'hdmi3 to be live again');
});

test('a mixer that is killed is back with the same scene', async () => {
	const service = await start();
	await service.api('POST', '/api/cut', { scene: 'quad' });
	const killed = await service.host('mixer', 'program');
	process.kill(killed.pid, 'SIGKILL');
	await service.host('mixer', 'program', { not: killed.pid });
	// Nobody asks for the scene again: it is there by itself.
	const colours = ['#c83232', '#32b432', '#3250c8', '#c8b432'].map(parseColour);
	const points: [number, number][] = [
		[0.01, 0.25],
		[0.99, 0.25],
		[0.01, 0.75],
		[0.99, 0.75],
	];
	await until(
		async () => {
			const { id } = await record(service);
			await service.waitState(({ recordings }) => recordings[id]!.durationMs > 500, 'half a second of recording');
			await service.api('POST', `/api/recordings/${id}/stop`);
			const file = fileOf(service, id);
			const [last] = await frames(file, [(await times(file, 'video')).length - 1]);
			const seen = points.map(([x, y]) => colourAt(last!, x, y));
			assert.ok(
				seen.every((colour, i) => colourDistance(colour, colours[i]!) < 32),
				`seen: ${seen.join(' ')}`,
			);
			return true;
		},
		{ what: 'the quad in the program' },
	);
});

test('the service killed, with a frozen host: nothing is left, and a new start is on air with the same scene within 3 s', async () => {
	const service = await start();
	const { dataDir } = service;
	await service.api('POST', '/api/cut', { scene: 'pip' });
	await service.api('PUT', '/api/preview', { scene: 'source-hdmi4' });
	process.kill((await service.host('source', 'hdmi1')).pid, 'SIGSTOP');
	const sockets = linkSockets(service.hosts().map((host) => host.pid));
	assert.ok(
		sockets.some((name) => name.endsWith('.hdmi1.video')),
		sockets.join(' '),
	);
	service.kill('SIGKILL');
	await service.ended;
	// A process whose first thread is a zombie may have others that are still to end: its sockets tell.
	const gone = () => {
		const bound = readFileSync('/proc/net/unix', 'utf8');
		const ended = processes().every((process) => process.session !== service.pid || process.state === 'Z');
		return ended && sockets.every((name) => !bound.includes(name));
	};
	await until(gone, { what: 'all hosts and their sockets to be gone', timeoutMs: 3000 });

	const at = performance.now();
	const again = await TestService.start({ dataDir });
	services.push(again);
	await until(async () => (await again.api('GET', '/api/health')).status === 200, {
		what: 'the program to be on air',
		everyMs: 20,
	});
	const onAirMs = performance.now() - at;
	const { buses } = await again.state();
	assert.equal([buses.program, buses.preview], ['pip', 'source-hdmi4']);
	assert.ok(onAirMs < 3000, `on air after ${Math.round(onAirMs)} ms`);
	await again.stop();
});

test('everything killed at once: the recording plays to within a second of the end', async () => {
	const service = await start();
	const { id } = await record(service);
	await service.waitState(({ recordings }) => recordings[id]!.durationMs > 4000, '4 s of recording');
	const { startPtsNs } = (await service.api<Recording>('GET', `/api/recordings/${id}`)).body;
	const endNs = process.hrtime.bigint();
	killSession(service.pid);
	const file = fileOf(service, id);
	const video = await times(file, 'video');
	const audio = await times(file, 'audio');
	const lengthNs = endNs - BigInt(startPtsNs!);
	for (const [name, list] of Object.entries({ video, audio })) {
		const lostMs = Number(lengthNs - list.at(-1)!) / 1e6;
		assert.ok(lostMs < 1000, `${name} ends ${lostMs} ms before the kill`);
	}
	assert.equal([cadence(video, 30).missing, cadence(video, 30).repeated], [0, 0]);
	const { streams } = await probe(file);
	assert.equal(
		streams.map((stream) => stream.codec_name),
		['h264', 'aac'],
	);
});

test('a clean stop leaves nothing and closes the recording', async () => {
	const service = await start();
	const { id } = await record(service);
	await service.waitState(({ recordings }) => recordings[id]!.durationMs > 1000, 'a second of recording');
	const file = fileOf(service, id);
	service.kill('SIGTERM');
	assert.equal(await service.ended, { code: 0, signal: null });
	assert.ok((await times(file, 'video')).length >= 30);
	assert.equal(
		processes().filter((process) => process.session === service.pid && process.state !== 'Z'),
		[],
	);
});

test.run();
