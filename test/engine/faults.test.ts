import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import type { State } from '../../service/contract/state.js';
import { cadence } from '../tools/engine/media.js';
import { programFiles } from '../tools/engine/parts.js';
import { assertViewersRecovered } from '../tools/engine/rounds.js';
import { assertCounted, assertWhole, FaultyShow } from '../tools/engine/show.js';
import { Random } from '../tools/random.js';
import { root } from '../tools/service.js';
import { timedSuite } from '../tools/suite.js';
import { patienceMs, pause, until } from '../tools/wait.js';

export const alone = true;

/** The two processes that everything else needs, and a link that strangers speak on. The others: killed.test.ts. */
const test = timedSuite<{ show: FaultyShow }>('faults');
const run = promisify(execFile);
const chaosCli = join(root, 'dist/test/tools/engine/chaosCli.js');

test.before(async (context) => {
	context.show = await FaultyShow.start();
});
test.after(async ({ show }) => {
	await show.stop();
});

test('encoder killed: at most a second is missing, the fault says how much, viewers and recording go on', async ({ show }) => {
	const random = new Random(60);
	const id = await show.record();
	await pause(random.between(1000, 2000));
	await show.viewerGapsMs();
	await show.break('kill', 'encoder', 'program', random);
	const lost = / (\d+) ms of the program were lost$/;
	const listed = ({ faults }: State) => faults.find(({ message }) => lost.test(message));
	const state = await show.service.waitState(listed, 'the fault to be listed, with what it cost');
	const { code, subject, count, message } = listed(state)!;
	assert.equal([code, subject, count], ['host-restarted', 'encoder program', 1]);
	const lostMs = Number(lost.exec(message)![1]);
	await show.healthy();
	await assertViewersRecovered(show, 'after the kill');
	const recording = await show.endRecording(id);
	const { video } = await show.read(recording);
	const { missing, repeated } = cadence(video, 30);
	assert.is(repeated, 0);
	// None, when the new one is there before the mixer's link has forgotten what the old one had not read.
	assert.ok(missing <= 30, `${missing} frames are missing, ${lostMs} ms are said to be`);
	assert.is(Math.round((lostMs * 30) / 1000), missing, `${lostMs} ms are said to be lost`);
});

test('mixer killed: the program is back within 2 s, viewers and recording go on by themselves', async ({ show }) => {
	const random = new Random(61);
	const id = await show.record();
	await pause(random.between(1000, 2000));
	await show.viewerGapsMs();
	await show.break('kill', 'mixer', 'program', random);
	await show.healthy();
	await assertViewersRecovered(show, 'after the kill');
	await until(async () => (await show.service.state()).recordings[id]!.durationMs > 5000, { what: 'more of the recording' });
	const recording = await show.endRecording(id);
	assert.is(programFiles(recording).length, 1);
	const program = await show.read(recording);
	assertWhole(program, 'mixer killed');
	assertCounted(show, program, 'hdmi1', 2_000);
});

test('one source slow, another starved, by the tool for it: the program has every frame, the slow one and the others too', async ({
	show,
}) => {
	const id = await show.record();
	await pause(500);
	const { http, ready } = show.service;
	const chaos = (...args: string[]) =>
		run(process.execPath, [chaosCli, '--url', http, '--token', ready.technicianToken, '--seconds', '3', ...args], {
			timeout: patienceMs,
		});
	const [slow, starve] = await Promise.all([chaos('slow', 'source', 'hdmi2'), chaos('starve', 'source', 'hdmi3')]);
	const { pid } = await show.service.host('source', 'hdmi2');
	assert.equal(
		[slow, starve].map(({ stdout }) => JSON.parse(stdout)).map(({ fault, name }) => [fault, name]),
		[
			['slow', 'hdmi2'],
			['starve', 'hdmi3'],
		],
	);
	assert.is(JSON.parse(slow.stdout).pid, pid, 'it was slow, not replaced');
	await show.healthy();
	const recording = await show.endRecording(id);
	const program = await show.read(recording);
	assertWhole(program, 'slow and starved sources');
	for (const input of ['hdmi1', 'hdmi2', 'hdmi4']) assertCounted(show, program, input);
});

test('the tool refuses what there is not', async ({ show }) => {
	const { http, ready } = show.service;
	const exitCode = (...args: string[]): Promise<number> =>
		run(process.execPath, [chaosCli, '--url', http, '--token', ready.technicianToken, ...args]).then(
			() => 0,
			({ code }) => code,
		);
	assert.equal([await exitCode('break', 'source'), await exitCode('slow', 'source', 'hdmi9')], [2, 1]);
});

test('garbage on the links of a source, and a stranger at its address: only that source is away, and comes back', async ({
	show,
}) => {
	const id = await show.record();
	await pause(500);
	await show.break('corrupt', 'source', 'hdmi3', new Random(63), 3);
	await show.healthy();
	const recording = await show.endRecording(id);
	const program = await show.read(recording);
	assertWhole(program, 'links corrupted');
	assertCounted(show, program, 'hdmi1');
});

test('garbage on the links of the encoder: recording and viewers go on; it is replaced when its address is free', async ({
	show,
}) => {
	const id = await show.record();
	await pause(500);
	await show.break('corrupt', 'encoder', 'program', new Random(64), 3);
	await show.healthy();
	const recording = await show.endRecording(id);
	const { video } = await show.read(recording);
	assert.is(cadence(video, 30).repeated, 0);
	assert.ok(video.length > 60, `${video.length} frames`);
});

test.run();
