import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FaultKind } from '../tools/chaos.js';
import { cadence } from '../tools/media.js';
import { Random } from '../tools/random.js';
import { assertCounted, assertWhole, FaultyShow } from '../tools/show.js';
import { pause, until } from '../tools/wait.js';

/**
 * Every process but the mixer and the encoder is killed and frozen while the show mixes, records and is watched: the recording,
 * all its parts together, has every frame once. Fixed seeds; R58_LONG for more rounds.
 */
const test = suite<{ show: FaultyShow }>('faults');
const ROUNDS = Number(process.env.R58_ROUNDS ?? (process.env.R58_LONG ? 50 : 6));
const inputs = ['hdmi1', 'hdmi2', 'hdmi3', 'hdmi4'];
/** From the fault to the input's next live frame: noticed after 2 s when frozen, then a new process, then D. */
const RECOVERY_MS: Partial<Record<FaultKind, number>> = { kill: 3_000, stop: 7_000 };
const VIEWER_GAP_MS = 3_000;

test.before.each(async (context) => {
	context.show = await FaultyShow.start();
});
test.after.each(async ({ show }) => {
	await show.stop();
});

/** One round: each host once, in random order, at random moments up to a second apart. */
async function round(show: FaultyShow, kind: FaultKind, recording: string, random: Random): Promise<void> {
	const victims = [
		...inputs.map((name) => ['source', name]),
		['streamer', 'program'],
		['streamer', 'multiview'],
		['streamer', 'return'],
		['recorder', recording],
	] as [string, string][];
	const broken: Promise<void>[] = [];
	for (const [role, name] of random.shuffled(victims)) {
		await pause(random.between(200, 1000));
		broken.push(show.break(kind, role, name, random));
	}
	await Promise.all(broken);
	await show.healthy();
}

for (const [kind, words] of [
	['kill', 'killed'],
	['stop', 'frozen for 5 s'],
] as const)
	test(`${words}: every source, streamer, return and recorder; the recording has every frame once`, async ({ show }) => {
		const random = new Random(kind === 'kill' ? 58 : 59);
		const id = await show.record();
		show.keepMixing();
		for (let i = 0; i < ROUNDS; i++) {
			const begun = performance.now();
			await round(show, kind, id, random);
			const gaps = await show.viewerGapsMs();
			assert.ok(Math.max(...gaps) < VIEWER_GAP_MS, `round ${i}: viewers without a picture for ${gaps.map(Math.round)} ms`);
			// Five failures in a minute hold a host off, which is another test.
			if (i < ROUNDS - 1) await pause(Math.max(0, 15_500 - (performance.now() - begun)));
		}
		await show.restMixing();
		const recording = await show.endRecording(id);
		assert.ok(recording.files.length > ROUNDS, `${recording.files.length} parts`);
		for (const input of inputs) {
			const program = await show.read(recording, input);
			assertWhole(program, input);
			const faults = show.injected.filter(({ name }) => name === input).map(({ at }) => at);
			assertCounted(program, faults, RECOVERY_MS[kind]!, input);
		}
	});

test('encoder killed: at most a second is missing, the fault is listed, viewers and recording go on', async ({ show }) => {
	const random = new Random(60);
	const id = await show.record();
	await pause(random.between(2000, 3000));
	await show.break('kill', 'encoder', 'program', random);
	const { faults } = await show.service.waitState(({ faults }) => faults.length > 0, 'the fault to be listed', 3000);
	assert.equal([faults[0]!.code, faults[0]!.subject, faults[0]!.count], ['host-restarted', 'encoder program', 1]);
	await show.healthy();
	const gaps = await show.viewerGapsMs();
	assert.ok(Math.max(...gaps) < VIEWER_GAP_MS, `viewers without a picture for ${gaps.map(Math.round)} ms`);
	const recording = await show.endRecording(id);
	const { video } = await show.read(recording, 'hdmi1');
	const { missing, repeated } = cadence(video, 30);
	assert.is(repeated, 0);
	assert.ok(missing > 0 && missing <= 30, `${missing} frames are missing`);
});

test('mixer killed: the program is back within 2 s, viewers and recording go on by themselves', async ({ show }) => {
	const random = new Random(61);
	const id = await show.record();
	await pause(random.between(2000, 3000));
	await show.break('kill', 'mixer', 'program', random);
	await show.healthy();
	const gaps = await show.viewerGapsMs();
	assert.ok(Math.max(...gaps) < VIEWER_GAP_MS, `viewers without a picture for ${gaps.map(Math.round)} ms`);
	await until(async () => (await show.service.state()).recordings[id]!.durationMs > 6000, { what: 'more of the recording' });
	const recording = await show.endRecording(id);
	assert.is(recording.files.length, 1);
	const program = await show.read(recording, 'hdmi1');
	assertWhole(program, 'mixer killed');
	assertCounted(program, [show.injected[0]!.at], 2_000, 'mixer killed');
});

test.run();
