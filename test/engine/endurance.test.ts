import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { programFiles } from '../tools/engine/parts.js';
import { assertCounted, assertWhole, FaultyShow } from '../tools/engine/show.js';
import { Random } from '../tools/random.js';
import { timedSuite } from '../tools/suite.js';
import { pause } from '../tools/wait.js';

export const alone = true;

/** An hour (R58_LONG; R58_ENDURANCE_S for another time) of a show of four inputs with one of them killed every 10 s. */
const test = timedSuite<{ show: FaultyShow }>('endurance');
const SECONDS = Number(process.env.R58_ENDURANCE_S ?? (process.env.R58_LONG ? 3600 : 25));
const EVERY_MS = 10_000;
/** From this one on memory has to stay; a short run has three in all. */
const WARM_KILLS = SECONDS > 120 ? 5 : 0;
/** The first input is left alone: its counter proves every frame. */
const victims = ['hdmi2', 'hdmi3', 'hdmi4'];
/** Memory of a process may grow by this much once it is warm, caches and all. */
const GROWTH = { share: 1.1, bytes: 12 * 2 ** 20 };

test.before(async (context) => {
	context.show = await FaultyShow.start();
});
test.after(async ({ show }) => {
	await show.stop();
});

/** Resident bytes by host, of those that are never killed here, and of the service. */
function memory(show: FaultyShow): Map<string, number> {
	const lasting = show.service.hosts().filter(({ role }) => role !== 'source');
	const all = [
		...lasting.map(({ pid, role, name }) => ({ pid, label: `${role} ${name}` })),
		{ pid: show.service.pid, label: 'service' },
	];
	return new Map(all.map(({ pid, label }) => [label, resident(pid)]));
}

function resident(pid: number): number {
	return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

test('with an input killed every 10 s no program frame is lost or repeated, and memory stays', async ({ show }) => {
	const random = new Random(62);
	const id = await show.record();
	show.keepMixing();
	const end = performance.now() + SECONDS * 1000;
	let early = new Map<string, number>();
	for (let i = 0; performance.now() < end; i++) {
		const next = performance.now() + EVERY_MS;
		await pause(random.between(0, 5_000));
		await show.break('kill', 'source', victims[i % victims.length]!, random);
		await pause(Math.max(0, next - performance.now()));
		if (i === WARM_KILLS) early = memory(show);
	}
	const late = memory(show);
	assert.ok(early.size > 3, 'the memory of the program’s hosts and of the service was read');
	for (const [label, bytes] of early) {
		const limit = bytes * GROWTH.share + GROWTH.bytes;
		assert.ok(late.get(label)! < limit, `${label}: ${bytes} bytes when warm, ${late.get(label)} at the end`);
	}
	await show.restMixing();
	const recording = await show.endRecording(id);
	assert.is(programFiles(recording).length, 1);
	const program = await show.read(recording);
	assert.ok(program.video.length > SECONDS * 29, `${program.video.length} frames`);
	assertWhole(program, 'program');
	assertCounted(show, program, 'hdmi1');
	process.stdout.write(
		`${JSON.stringify({ frames: program.video.length, kills: show.injected.length, early: [...early], late: [...late] })}\n`,
	);
});

test.run();
