import assert from 'node:assert';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recording } from '../../service/contract/recordings.js';
import type { State } from '../../service/contract/state.js';
import { openStore } from '../../service/store/store.js';
import { cadence, probe, sound, times } from '../tools/engine/media.js';
import { programFiles } from '../tools/engine/parts.js';
import { bandsDb, channelOf } from '../tools/engine/tones.js';
import { step } from '../tools/machine/steps.js';
import { plug, plugCard, unplug, unplugCard, Vivid } from '../tools/machine/vivid.js';
import { TestService } from '../tools/service.js';
import { until } from '../tools/wait.js';
import { playTone } from './soundSteps.js';

/** The emulated machine starts a dozen processes. */
const timeoutMs = 60_000;
const fps = 5;
const card = 'hw:CARD=Loopback,DEV=1';
/** Plugins that only a recorder needs: read once, so that a slow shared folder is not taken for a slow service. */
const recorderPlugins = /libgst(isomp4|audioparsers|videoparsersbad)\.so$/;

/** The whole service on the same devices, without `--demo`. */
export async function serviceSteps(): Promise<void> {
	const first = new Vivid('/dev/video0');
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-data-'));
	const store = openStore(dataDir);
	const operatorToken = store.tokens.create({ label: 'test', role: 'operator', expiresInS: 3600 }).token;
	store.close();
	unplug();
	readPlugins();
	const service = await TestService.start({
		demo: false,
		canvas: `160x90p${fps}`,
		dataDir,
		timeoutMs,
		args: ['--no-viewers'],
	});
	service.ready.operatorToken = operatorToken;
	/** Asked twice a second: each answer costs the emulated processor its time. */
	const state = async (fits: (state: State) => unknown, what: string): Promise<State> => {
		const found = async () => {
			const now = await service.state();
			return fits(now) ? now : null;
		};
		return until(found, { what, timeoutMs, everyMs: 500 });
	};
	const live = (what = 'hdmi1 to be live') => state(({ sources }) => sources.hdmi1?.state === 'live', what);
	const level = (fits: (db: number) => boolean, what: string) =>
		state(({ sources }) => fits(sources.hdmi1?.audio?.levelDb ?? Number.NaN), what);
	const fault = (wanted: string) => (now: State) =>
		now.faults.find(({ code, subject }) => code === wanted && subject === 'hdmi1');
	/** Its process, the node it has open, and whether the program is on air. */
	const capture = async () => {
		const { pid } = await service.host('source', 'hdmi1', { timeoutMs });
		return { pid, node: openNode(pid), health: (await service.api('GET', '/api/health')).status };
	};
	let recording = '';
	let player: ChildProcess | undefined;
	try {
		await step('a machine without inputs says so and what to do', async () => {
			const { sources, faults } = await state(({ faults }) => faults.length > 0, 'the fault');
			return { sources, faults };
		});
		await step('a device that is plugged in is a source of its own size and rate', async () => {
			plug();
			// The machine emulates the camera too: fewer pictures leave more of it to what is tested.
			first.timings('1280x720p25');
			const { sources, faults, system } = await live();
			return { ids: Object.keys(sources), source: sources.hdmi1, faults, soundCards: system.soundCards.length };
		});
		await step('the sound of a card is heard with the picture', async () => {
			const refused = await service.api('PATCH', '/api/sources/hdmi1', { alsaDevice: 'hw:0,0; rm' });
			assert.equal((await service.api('PATCH', '/api/sources/hdmi1', { alsaDevice: card })).status, 200);
			assert.equal((await service.api('POST', '/api/cut', { scene: 'source-hdmi1' })).status, 200);
			player = playTone(440);
			const loud = await level((db) => db > -30, 'the level of the tone');
			return { refused: refused.status, levelDb: loud.sources.hdmi1?.audio?.levelDb };
		});
		await step('a recording is started', async () => {
			const { status, body } = await service.api<Recording>('POST', '/api/recordings', { name: 'tone' }, { timeoutMs });
			assert.equal(status, 201, JSON.stringify(body));
			recording = body.id;
			await state(({ recordings }) => recordings[recording]!.durationMs > 2000, '2 s of recording');
			return {};
		});
		await step('an unplugged sound card is a fault with a remedy and is heard again when it is back', async () => {
			const before = await capture();
			player?.kill('SIGKILL');
			unplugCard();
			const out = await state(fault('sound'), 'the fault of the card');
			plugCard();
			await state((now) => !fault('sound')(now), 'the fault to be gone');
			player = playTone(440);
			await level((db) => db > -30, 'the level of the tone again');
			return { before, fault: fault('sound')(out), picture: out.sources.hdmi1?.state, after: await capture() };
		});
		await step('an unplugged camera is a fault with a remedy and the same source at another node', async () => {
			const before = await capture();
			// A node that somebody has open keeps its number from the next device.
			const held = openSync(first.device, 'r');
			unplug();
			const out = await state(fault('input'), 'the fault of the camera');
			plug();
			closeSync(held);
			const back = await state((now) => now.sources.hdmi1?.state === 'live' && !fault('input')(now), 'hdmi1 to be back');
			return { before, fault: fault('input')(out), out: out.sources.hdmi1, back: back.sources.hdmi1, after: await capture() };
		});
		await step('the recording has every frame, and the sound before and after', async () => {
			await service.api('POST', `/api/recordings/${recording}/stop`, undefined, { timeoutMs });
			const { body } = await service.api<Recording>('GET', `/api/recordings/${recording}`);
			const file = join(dataDir, 'recordings', recording, body.files[0]!.name);
			const { streams } = await probe(file);
			const heard = channelOf(await sound(file), 2, 0);
			const tone = (samples: Float32Array) => bandsDb(samples, 48_000, [440, 1000]);
			return {
				parts: programFiles(body).length,
				codecs: streams.map((stream) => stream.codec_name),
				seconds: heard.length / 48_000,
				cadence: cadence(await times(file, 'video'), fps),
				begin: tone(heard.subarray(0, 48_000)),
				end: tone(heard.subarray(-48_000)),
			};
		});
		await step('a lost signal shows as such in the state and comes back', async () => {
			const before = await capture();
			const moved = new Vivid(before.node);
			moved.signal('none');
			const lost = await state(({ sources }) => sources.hdmi1?.state === 'no-signal', 'no signal');
			moved.timings('1920x1080p30');
			const found = await state(
				({ sources: { hdmi1 } }) => hdmi1?.state === 'live' && hdmi1.video?.width === 1920,
				'a picture of the new size',
			);
			player?.kill('SIGKILL');
			const silent = await level((db) => db <= -60, 'the level of silence');
			return {
				before,
				lost: lost.sources.hdmi1,
				found: found.sources.hdmi1,
				silenceDb: silent.sources.hdmi1?.audio?.levelDb,
				after: await capture(),
			};
		});
	} finally {
		player?.kill('SIGKILL');
		process.stderr.write(`${service.tail(40)}\n`);
		await service.stop();
		rmSync(dataDir, { recursive: true, force: true });
	}
}

/** The video node that a process has open. */
function openNode(pid: number): string {
	const folder = `/proc/${pid}/fd`;
	const files = readdirSync(folder).map((each) => readlinkSync(join(folder, each)));
	return files.find((file) => file.startsWith('/dev/video')) ?? '';
}

function readPlugins(): void {
	const folder = '/usr/lib/x86_64-linux-gnu/gstreamer-1.0';
	for (const name of readdirSync(folder)) if (recorderPlugins.test(name)) readFileSync(join(folder, name));
}
