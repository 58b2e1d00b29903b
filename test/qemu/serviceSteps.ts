import assert from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recording } from '../../service/api/schema.js';
import { openStore } from '../../service/store/store.js';
import { probe, sound } from '../tools/media.js';
import { TestService } from '../tools/service.js';
import { step } from '../tools/steps.js';
import { bandsDb, channelOf } from '../tools/tones.js';
import { plug, unplug, Vivid } from '../tools/vivid.js';
import { until } from '../tools/wait.js';
import { playTone } from './soundSteps.js';

/** The emulated machine starts a dozen processes. */
const timeoutMs = 60_000;

/** The whole service on the same devices, without `--demo`. */
export async function serviceSteps(): Promise<void> {
	const first = new Vivid('/dev/video0');
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-data-'));
	const store = openStore(dataDir);
	const operatorToken = store.tokens.create({ label: 'test', role: 'operator', expiresInS: 3600 }).token;
	store.close();
	unplug();
	const service = await TestService.start({ demo: false, canvas: '160x90p5', dataDir, timeoutMs });
	service.ready.operatorToken = operatorToken;
	const source = async (id: string) => (await service.state()).sources[id];
	const live = (id: string) =>
		service
			.waitState(({ sources }) => sources[id]?.state === 'live', `${id} to be live`, timeoutMs)
			.catch((error: Error) => {
				throw new Error(`${error.message}\n${service.tail(15)}`);
			});
	const hostPid = async (id: string) => (await service.host('source', id, { timeoutMs })).pid;
	const started = async () => ({ pid: await hostPid('hdmi1'), health: (await service.api('GET', '/api/health')).status });
	try {
		await step('a machine without inputs says so and what to do', async () => {
			const { sources, faults } = await service.waitState(({ faults }) => faults.length > 0, 'the fault', timeoutMs);
			return { sources, faults };
		});
		await step('a device that is plugged in is a source of its own size and rate', async () => {
			plug();
			// The machine emulates the camera too: fewer pictures leave more of it to what is tested.
			first.timings('1280x720p25');
			await live('hdmi1');
			const { sources, faults, system } = await service.state();
			return { ids: Object.keys(sources), source: sources.hdmi1, faults, soundCards: system.soundCards.length };
		});
		await step('the sound of a card is heard with the picture and recorded', async () => {
			const player = playTone(440);
			try {
				const device = 'hw:CARD=Loopback,DEV=1';
				const refused = await service.api('PATCH', '/api/sources/hdmi1', { alsaDevice: 'hw:0,0; rm' });
				assert.equal((await service.api('PATCH', '/api/sources/hdmi1', { alsaDevice: device })).status, 200);
				assert.equal((await service.api('POST', '/api/cut', { scene: 'source-hdmi1' })).status, 200);
				const loud = await service.waitState(
					({ sources }) => (sources.hdmi1?.audio?.levelDb ?? -100) > -30,
					'the level of the tone',
					timeoutMs,
				);
				const recording = await service.api<Recording>('POST', '/api/recordings', { name: 'tone' });
				assert.equal(recording.status, 201, JSON.stringify(recording.body));
				const { id } = recording.body;
				await service.waitState(({ recordings }) => recordings[id]!.durationMs > 3000, '3 s of recording', timeoutMs);
				await service.api('POST', `/api/recordings/${id}/stop`, undefined, { timeoutMs });
				const done = await service.api<Recording>('GET', `/api/recordings/${id}`);
				const file = join(dataDir, 'recordings', id, done.body.files[0]!.name);
				const { format, streams } = await probe(file);
				const bands = bandsDb(channelOf(await sound(file), 2, 0).subarray(-48_000), 48_000, [440, 1000]);
				player.kill('SIGKILL');
				await service.waitState(({ sources }) => (sources.hdmi1?.audio?.levelDb ?? 0) <= -60, 'the level of silence', timeoutMs);
				return {
					refused: refused.status,
					levelDb: loud.sources.hdmi1?.audio?.levelDb,
					seconds: Number(format.duration),
					codecs: streams.map((stream) => stream.codec_name),
					bands,
				};
			} finally {
				player.kill('SIGKILL');
			}
		});
		await step('a lost signal shows as such in the state and comes back', async () => {
			const before = await started();
			first.signal('none');
			const lost = await service.waitState(({ sources }) => sources.hdmi1?.state === 'no-signal', 'no signal', timeoutMs);
			first.timings('1920x1080p30');
			await live('hdmi1');
			const now = (s?: { width: number } | null) => s?.width === 1920;
			await service.waitState(({ sources }) => now(sources.hdmi1?.video), 'the new size', timeoutMs);
			return { before, lost: lost.sources.hdmi1, found: await source('hdmi1'), after: await started() };
		});
		await step('an unplugged device is a fault with a remedy and the same source when it is back', async () => {
			const before = await started();
			unplug();
			const fault = (await service.waitState(({ faults }) => faults.some(({ code }) => code === 'input'), 'the fault', timeoutMs))
				.faults;
			const out = await source('hdmi1');
			plug();
			await live('hdmi1');
			await until(async () => (await service.state()).faults.every(({ code }) => code !== 'input'), {
				what: 'no fault',
				timeoutMs,
			});
			return { before, fault, out, back: await source('hdmi1'), after: await started() };
		});
	} catch (error) {
		process.stderr.write(`${service.tail(40)}\n`);
		throw error;
	} finally {
		await service.stop();
		rmSync(dataDir, { recursive: true, force: true });
	}
}
