import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Strip } from '../../service/contract/audio.js';
import type { Applied } from '../../service/contract/buses.js';
import type { Recording } from '../../service/contract/recordings.js';
import { sound } from '../tools/engine/media.js';
import { bandDb, channelOf } from '../tools/engine/tones.js';
import type { Events } from '../tools/events.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

/** The strips of the panel, as they are heard in the program. Each demo input has a tone of its own, of −20 dBFS. */
const test = suite<{ service: TestService }>('sound desk');
const toneDb = -20;
const silentDb = -60;

test.before(async (context) => {
	context.service = await TestService.start({ canvas: '320x180p30' });
	await context.service.onAir();
	for (const id of ['hdmi1', 'hdmi2', 'hdmi3', 'hdmi4']) {
		// What the machine's other work may hold a source up must not be missing in its tone.
		await context.service.api('PATCH', `/api/sources/${id}`, { delayMs: 250 });
		await strip(context.service, id, { mode: 'off' });
	}
});
test.after(({ service }) => {
	service.destroy();
});

async function strip(service: TestService, id: string, patch: Partial<Strip>): Promise<void> {
	const { status, body } = await service.api('PATCH', `/api/audio/${id}`, patch);
	assert.is(status, 200, JSON.stringify(body));
}

/** Waits until the meter of the program shows these levels. */
async function untilMaster(service: TestService, left: number, right: number, what: string): Promise<void> {
	const events = await service.events();
	events.send({ type: 'subscribe', topics: ['levels'] });
	const fits = (found: number, wanted: number) => (wanted <= silentDb ? found <= silentDb : Math.abs(found - wanted) < 0.4);
	const last = (all: Events) => all.messages.findLast((message) => message.type === 'levels');
	try {
		await until(
			() => {
				const message = last(events);
				const [l, r] = message?.levels.master ?? [Number.NaN, Number.NaN];
				if (fits(l, left) && fits(r, right)) return true;
				throw new Error(`${l}, ${r} dBFS`);
			},
			{ what: `${what}: ${left}, ${right} dBFS in the program`, everyMs: 20 },
		);
	} finally {
		events.close();
	}
}

test('fader, balance, mute and master of the panel are heard', async ({ service }) => {
	await strip(service, 'hdmi1', { mode: 'on' });
	await untilMaster(service, toneDb, toneDb, 'on');
	await strip(service, 'hdmi1', { gainDb: 9 });
	await untilMaster(service, toneDb + 9, toneDb + 9, 'above 0 dB');
	await strip(service, 'hdmi1', { gainDb: 6, pan: -1 });
	await untilMaster(service, toneDb + 6, -120, 'left');
	await strip(service, 'hdmi1', { pan: 1 });
	await untilMaster(service, -120, toneDb + 6, 'right');
	await strip(service, 'master', { gainDb: -10 });
	await untilMaster(service, -120, toneDb - 4, 'master');
	await strip(service, 'master', { mute: true });
	await untilMaster(service, -120, -120, 'master muted');
	await strip(service, 'master', { mute: false });
	await strip(service, 'hdmi1', { mute: true });
	await untilMaster(service, -120, -120, 'strip muted');
	await strip(service, 'hdmi1', { mute: false, pan: 0.5 });
	await untilMaster(service, toneDb - 4 - 6, toneDb - 4, 'half right');
});

test('a mixer that is killed comes back with every strip as it was, and with its scene', async ({ service }) => {
	const killed = await service.host('mixer', 'program');
	process.kill(killed.pid, 'SIGKILL');
	await service.host('mixer', 'program', { not: killed.pid });
	await untilMaster(service, toneDb - 4 - 6, toneDb - 4, 'after the mixer’s end');
});

test('sound that follows the picture changes over as long as the mix', async ({ service }) => {
	for (const id of ['hdmi1', 'hdmi2']) await strip(service, id, { mode: 'afv', gainDb: 0, pan: 0, mute: false });
	await strip(service, 'master', { gainDb: 0 });
	const bus = (method: string, path: string, body: object) => service.api<Applied>(method, path, body);
	await bus('POST', '/api/cut', { scene: 'source-hdmi1' });
	await bus('PUT', '/api/preview', { scene: 'source-hdmi2' });
	await untilMaster(service, toneDb, toneDb, 'one input');
	const { body: recording } = await service.api<Recording>('POST', '/api/recordings', {});
	await service.waitState(({ recordings }) => recordings[recording.id]!.durationMs > 500, 'the recording to run');
	const take = (await bus('POST', '/api/take', { kind: 'mix', durationMs: 2000 })).body;
	const { durationMs } = (await service.state()).recordings[recording.id]!;
	await service.waitState(({ recordings }) => recordings[recording.id]!.durationMs > durationMs + 3000, 'the mix to be recorded');
	const { body: stopped } = await service.api<Recording>('POST', `/api/recordings/${recording.id}/stop`);
	const samples = channelOf(await sound(join(service.dataDir, 'recordings', stopped.id, stopped.files[0]!.name)), 2, 0);
	const begin = (take.frame - stopped.startFrame!) / 30;
	for (const [share, from, to] of [
		[-0.1, 1, 0],
		[0.25, 0.75, 0.25],
		[0.5, 0.5, 0.5],
		[0.75, 0.25, 0.75],
		[1.1, 0, 1],
	] as const) {
		const middle = Math.round((begin + share * 2) * 48_000);
		const piece = samples.slice(middle - 2400, middle + 2400);
		for (const [hz, gain] of [
			[440, from],
			[550, to],
		] as const) {
			const found = bandDb(piece, 48_000, hz);
			const wanted = gain === 0 ? -120 : toneDb + 20 * Math.log10(gain);
			const right = gain === 0 ? found < -55 : Math.abs(found - wanted) < 1.5;
			assert.ok(right, `${hz} Hz after ${share} of the mix: ${found.toFixed(1)} dB instead of ${wanted.toFixed(1)}`);
		}
	}
});

test('strips outlast the service', async (context) => {
	const { service } = context;
	await strip(service, 'hdmi1', { mode: 'on', gainDb: 3, pan: -1, delayMs: 40 });
	await strip(service, 'hdmi2', { mode: 'off' });
	await strip(service, 'master', { gainDb: -6 });
	await untilMaster(service, toneDb - 3, -120, 'before');
	const { audio } = await service.state();
	service.kill('SIGKILL');
	await service.ended;
	context.service = await TestService.start({ canvas: '320x180p30', dataDir: service.dataDir });
	try {
		await context.service.onAir();
		assert.equal((await context.service.state()).audio, audio);
		await untilMaster(context.service, toneDb - 3, -120, 'after the restart');
	} finally {
		context.service.destroy();
	}
});

test.run();
