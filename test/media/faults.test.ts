import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cadence } from '../tools/media.js';
import { Random } from '../tools/random.js';
import { assertViewersRecovered } from '../tools/rounds.js';
import { assertCounted, assertWhole, FaultyShow } from '../tools/show.js';
import { pause, until } from '../tools/wait.js';

/** The two processes that everything else needs, and a link that strangers speak on. The others: killed and frozen.test.ts. */
const test = suite<{ show: FaultyShow }>('faults');

test.before.each(async (context) => {
	context.show = await FaultyShow.start();
});
test.after.each(async ({ show }) => {
	await show.stop();
});

test('encoder killed: at most a second is missing, the fault says how much, viewers and recording go on', async ({ show }) => {
	const random = new Random(60);
	const id = await show.record();
	await pause(random.between(2000, 3000));
	await show.break('kill', 'encoder', 'program', random);
	const lost = / (\d+) ms of the program were lost$/;
	const { faults } = await show.service.waitState(
		({ faults }) => faults.some(({ message }) => lost.test(message)),
		'the fault to be listed, with what it cost',
		5000,
	);
	assert.equal([faults[0]!.code, faults[0]!.subject, faults[0]!.count], ['host-restarted', 'encoder program', 1]);
	const lostMs = Number(lost.exec(faults[0]!.message)![1]);
	await show.healthy();
	await assertViewersRecovered(show, 'after the kill');
	const recording = await show.endRecording(id);
	const { video } = await show.read(recording);
	const { missing, repeated } = cadence(video, 30);
	assert.is(repeated, 0);
	assert.ok(missing > 0 && missing <= 30, `${missing} frames are missing`);
	assert.is(Math.round((lostMs * 30) / 1000), missing, `${lostMs} ms are said to be lost`);
});

test('mixer killed: the program is back within 2 s, viewers and recording go on by themselves', async ({ show }) => {
	const random = new Random(61);
	const id = await show.record();
	await pause(random.between(2000, 3000));
	await show.break('kill', 'mixer', 'program', random);
	await show.healthy();
	await assertViewersRecovered(show, 'after the kill');
	await until(async () => (await show.service.state()).recordings[id]!.durationMs > 6000, { what: 'more of the recording' });
	const recording = await show.endRecording(id);
	assert.is(recording.files.length, 1);
	const program = await show.read(recording);
	assertWhole(program, 'mixer killed');
	assertCounted(show, program, 'hdmi1', 2_000);
});

test('garbage on the links of a source, and a stranger at its address: only that source is away, and comes back', async ({
	show,
}) => {
	const id = await show.record();
	await pause(500);
	await show.break('corrupt', 'source', 'hdmi3', new Random(63), 4);
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
	await show.break('corrupt', 'encoder', 'program', new Random(64), 4);
	await show.healthy();
	const recording = await show.endRecording(id);
	const { video } = await show.read(recording);
	assert.is(cadence(video, 30).repeated, 0);
	assert.ok(video.length > 60, `${video.length} frames`);
});

test.run();
