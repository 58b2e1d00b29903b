import * as assert from 'uvu/assert';
import { cadence } from '../tools/engine/media.js';
import { programFiles } from '../tools/engine/parts.js';
import { assertCounted, assertWhole, FaultyShow } from '../tools/engine/show.js';
import { onQuietMachine } from '../tools/quiet.js';
import { Random } from '../tools/random.js';
import { longTest, test } from '../tools/suite.js';
import { pause } from '../tools/wait.js';

export const alone = true;

/**
 * One host of each role stands still for 20 s in a show that mixes, records, sends and is watched: it is replaced, everything else
 * goes on, and what it did not send does not pour out afterwards.
 */
const FROZEN_S = 20;
/** Noticed after 2 s, killed, and another has started: the most that a picture is away. */
const REPLACED_MS = 7_000;
/** To be seen beside what stood still: of a show that nothing happens to. */
const USUAL_MS = 3_000;
/** Who asks the encoder for the last key frame gets up to a second at once; ten times as much lies in its memory. */
const MOST_AT_ONCE = 4;

const roles: [role: string, nameOf: (show: FaultyShow, recording: string) => string][] = [
	['source', () => 'hdmi2'],
	['mixer', () => 'program'],
	['encoder', () => 'program'],
	['recorder', (_, recording) => recording],
	['target', ({ target }) => target.id],
	['streamer', () => 'program'],
];

async function judge(role: string, nameOf: (typeof roles)[number][1]): Promise<void> {
	const show = await FaultyShow.start();
	try {
		const id = await show.record();
		const name = nameOf(show, id);
		show.keepMixing();
		show.target.takeMost();
		await pause(USUAL_MS);
		const usual = show.target.takeMost();
		await show.viewerGapsMs();
		const { service } = show;
		const before = service.hosts();
		const frozen = before.find((host) => host.role === role && host.name === name)!;
		const at = performance.now();
		const thawed = show.break('stop', role, name, new Random(58), FROZEN_S);
		await service.host(role, name, { not: frozen.pid });
		const replacedMs = performance.now() - at;
		await thawed;
		await show.healthy();
		await pause(USUAL_MS);
		await show.restMixing();

		assert.ok(replacedMs < REPLACED_MS, `replaced after ${Math.round(replacedMs)} ms`);
		const alive = new Set(service.hosts().map(({ pid }) => pid));
		const replaced = before.filter(({ pid }) => !alive.has(pid)).map((host) => `${host.role} ${host.name}`);
		assert.is(replaced.join(', '), `${role} ${name}`, `replaced: ${replaced.join(', ')}`);
		const gaps = await show.viewerGapsMs();
		assert.ok(Math.max(...gaps) < REPLACED_MS, `viewers and target without a picture for ${gaps.map(Math.round)} ms`);
		const most = show.target.takeMost();
		assert.ok(most <= MOST_AT_ONCE * usual, `${most} packets at once, usually ${usual}`);

		const recording = await show.endRecording(id);
		const program = await show.read(recording);
		assert.is(programFiles(recording).length, role === 'recorder' ? 2 : 1, 'parts');
		if (role === 'encoder') {
			const { missing, repeated } = cadence(program.video, 30);
			assert.is(repeated, 0);
			assert.ok(missing < (REPLACED_MS * 30) / 1000, `${missing} frames are missing`);
			return;
		}
		assertWhole(program, `${role} frozen`);
		assertCounted(show, program, 'hdmi1', REPLACED_MS);
		assertCounted(show, program, 'hdmi2', REPLACED_MS);
	} finally {
		await show.stop();
	}
}

for (const [role, nameOf] of roles) {
	const title = `${role}: still for ${FROZEN_S} s, it is replaced, everything else goes on, and nothing pours out`;
	longTest(title, () => onQuietMachine(title, () => judge(role, nameOf)));
}

test.run();
