import * as assert from 'uvu/assert';
import { Random } from '../random.js';
import { pause } from '../wait.js';
import type { FaultKind } from './chaos.js';
import { programFiles } from './parts.js';
import { assertCounted, assertWhole, type FaultyShow, inputs } from './show.js';

const ROUNDS = process.env.R58_LONG ? 50 : 6;
/** From one fault of a round to the next: two cores start one process after the other, and the show goes on meanwhile. */
const STEP_MS: [low: number, high: number] = [300, 900];
/** From one round to the next: between two faults every host has run for the 5 s after which it counts as recovered. */
const ROUND_MS = 12_000;
/** From the fault to the input's next live frame: noticed after 2 s when frozen, then a new process, then D. */
const RECOVERY_MS: Partial<Record<FaultKind, number>> = { kill: 3_000, stop: 7_000 };
const VIEWER_GAP_MS = 3_000;

/** Viewers, and who receives the target, have had a picture again within 3 s, whatever happened since the last call. */
export async function assertViewersRecovered(show: FaultyShow, what: string): Promise<void> {
	const gaps = await show.viewerGapsMs();
	assert.ok(Math.max(...gaps) < VIEWER_GAP_MS, `${what}: viewers without a picture for ${gaps.map(Math.round)} ms`);
}

/**
 * Every process but the mixer and the encoder has the same done to it, once a round at random moments, while the show mixes,
 * records and is watched. Judged by the recording: all its parts together have every frame once.
 */
export async function rounds(show: FaultyShow, kind: FaultKind, seed: number): Promise<void> {
	const random = new Random(seed);
	const id = await show.record();
	const victims = random.shuffled([
		...inputs.map((name) => ['source', name]),
		['streamer', 'program'],
		['streamer', 'multiview'],
		['streamer', 'return'],
		['target', show.target.id],
		['recorder', id],
	] as [string, string][]);
	show.keepMixing();
	await show.viewerGapsMs();
	try {
		for (let i = 0; i < ROUNDS; i++) {
			const next = performance.now() + ROUND_MS;
			const broken: Promise<void>[] = [];
			for (const [role, name] of victims) {
				await pause(random.between(...STEP_MS));
				broken.push(show.break(kind, role, name, random));
			}
			await Promise.all(broken);
			await show.healthy();
			await assertViewersRecovered(show, `round ${i}`);
			if (i < ROUNDS - 1) await pause(Math.max(0, next - performance.now()));
		}
	} catch (error) {
		// The next test has a recording of its own.
		await show.endRecording(id).catch(() => {});
		throw error;
	} finally {
		await show.restMixing();
	}
	const recording = await show.endRecording(id);
	const broken = show.injected.filter((fault) => fault.kind === kind).length;
	assert.is(broken, ROUNDS * victims.length);
	const parts = programFiles(recording).length;
	assert.ok(parts > ROUNDS, `${parts} parts`);
	const program = await show.read(recording);
	assertWhole(program, kind);
	for (const input of inputs) {
		assertCounted(show, program, input, RECOVERY_MS[kind]!);
	}
}
