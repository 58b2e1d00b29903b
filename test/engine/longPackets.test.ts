import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Recording } from '../../service/contract/recordings.js';
import type { Source } from '../../service/contract/sources.js';
import { sound } from '../tools/engine/media.js';
import { freePorts } from '../tools/net/ports.js';
import { needed } from '../tools/packages.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

const test = suite<{ service: TestService }>('long packets of Opus as plain RTP');
const recordedMs = 2000;
/** Without a delay that covers them, a block is missing of every packet: 17 % of those of 60 ms, 50 % of those of 120 ms. */
const mostQuiet = 0.03;

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p15' });
	await context.service.onAir();
	for (const { id } of Object.values((await context.service.state()).sources))
		await context.service.api('PATCH', `/api/audio/${id}`, { mode: 'off' });
});
test.after(({ service }) => service.stop());

/** Of the 10 ms blocks of some seconds of the program, how many are much quieter than most. */
async function quietShare(service: TestService): Promise<number> {
	const { body: recording } = await service.api<Recording>('POST', '/api/recordings', {});
	await service.waitState(({ recordings }) => recordings[recording.id]!.durationMs > recordedMs, 'some seconds of it');
	const { body: stopped } = await service.api<Recording>('POST', `/api/recordings/${recording.id}/stop`, {});
	const file = stopped.files.find(({ name }) => name.endsWith('.mp4'))!;
	const samples = await sound(join(service.dataDir, 'recordings', recording.id, file.name));
	const size = 960;
	const levels = Array.from({ length: Math.floor(samples.length / size) }, (_, block) =>
		Math.sqrt(samples.subarray(block * size, (block + 1) * size).reduce((sum, x) => sum + x * x, 0) / size),
	);
	const usual = [...levels].sort((a, b) => a - b)[levels.length >> 1]!;
	return usual < 0.01 ? 1 : levels.filter((level) => level < usual * 0.7).length / levels.length;
}

for (const packetMs of [60, 120]) {
	test(`packets of ${packetMs} ms are heard whole: the delay follows them`, async ({ service }) => {
		const [port] = await freePorts(1);
		const { body: source, status } = await service.api<Source>('POST', '/api/sources', {
			kind: 'rtp',
			label: 'Line',
			audio: { port },
		});
		assert.is(status, 201, JSON.stringify(source));
		assert.is(source.delayAuto, true);
		await service.api('PATCH', `/api/audio/${source.id}`, { mode: 'on' });
		const sender = spawn(
			needed('ffmpeg'),
			`-v error -re -f lavfi -i sine=frequency=1000:sample_rate=48000 -ac 2 -c:a libopus -b:a 64k -vbr off
			-frame_duration ${packetMs} -payload_type 96 -f rtp rtp://127.0.0.1:${port}`
				.trim()
				.split(/\s+/),
			{ stdio: 'ignore' },
		);
		try {
			const share = () => quietShare(service);
			await until(async () => (await share()) <= mostQuiet, { what: 'whole sound', everyMs: 500 });
			assert.ok((await service.state()).sources[source.id]!.delayMs > packetMs);
		} finally {
			sender.kill('SIGKILL');
			await service.api('DELETE', `/api/sources/${source.id}`);
		}
	});
}

test.run();
