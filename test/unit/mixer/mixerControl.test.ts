import * as assert from 'uvu/assert';
import type { MixerCommand } from '../../../pipelines/commands.js';
import { MixerControl, type SlotInput } from '../../../service/mixer/mixerControl.js';
import { mixerEvent } from '../../tools/elementEvents.js';
import { type FakeProcess, type Supervised, supervised } from '../../tools/fakeHosts.js';
import { test } from '../../tools/suite.js';

/** What a mixer is told, in which words. */
const layers = [{ slot: 3, x: 0, y: 0, w: 1, h: 1, fit: 'contain' as const }];
const audio = { gains: [1.995262, 0], master: 0.5, pans: [-1, 1], delaysMs: [0, 120] };
const input: SlotInput = { video: 'r58.1.a.video', audio: null, delayMs: 80, onLoss: 'slate', backupSlot: null, n1: true };
const told = ({ commands }: FakeProcess) => commands.map(({ command }) => command as MixerCommand);
type Program = Extract<MixerCommand, { op: 'program' }>;
const programs = (process: FakeProcess) => told(process).filter((command): command is Program => command.op === 'program');

async function playing(
	more: ConstructorParameters<typeof MixerControl>[1] = undefined,
): Promise<Supervised & { mixer: MixerControl }> {
	const all = supervised({ role: 'mixer', name: 'program' });
	const mixer = new MixerControl(all.host, more);
	all.host.start();
	(await all.process(1)).emit('ready');
	return { ...all, mixer };
}

test('a mixer that comes up is told slots, sound and scene as they are, whoever was told them before', async () => {
	const { host, mixer, processes, process } = await playing();
	mixer.setSlot(3, input);
	mixer.setDrawn(false);
	mixer.setAudio(audio, 20);
	const shown = mixer.show(layers, { kind: 'mix', frames: 30 }, audio).catch((error: Error) => error.message);
	processes[0]!.emit('end', 'killed');
	assert.match(String(await shown), /ended/);
	const next = await process(2);
	assert.equal(next.commands, [], 'not before its pipeline runs');
	next.emit('ready');
	const [picture, slot, sound, program, ...more] = told(next);
	assert.equal(more, []);
	assert.equal(picture, { op: 'picture', drawn: false });
	assert.equal(slot, { op: 'slot', slot: 3, ...input });
	assert.equal(sound, { op: 'audio', ...audio, rampMs: 0 });
	assert.equal(
		{ ...program, id: '' },
		{ op: 'program', id: '', layers, transition: { kind: 'cut', frames: 0 }, gains: audio.gains, rampFrames: 1 },
	);
	assert.ok(next.commands.every(({ element }) => element === 'mixer'));
	await host.stop();
});

test('what was prepared while there was none is what the first mixer shows', async () => {
	const all = supervised({ role: 'mixer', name: 'program' });
	const mixer = new MixerControl(all.host);
	mixer.prepare(layers, audio);
	await mixer.show([], { kind: 'cut', frames: 0 }).then(
		() => assert.unreachable('shown by no mixer'),
		(error: { code: string }) => assert.is(error.code, 'not-on-air'),
	);
	all.host.start();
	const process = await all.process(1);
	process.emit('ready');
	const program = programs(process)[0]!;
	assert.equal([program.layers, program.gains], [layers, audio.gains]);
	await all.host.stop();
});

test('sound that follows the picture changes over as long as the picture does; with a cut in a few frames', async () => {
	const { host, mixer, processes } = await playing(2);
	const last = () => programs(processes[0]!).at(-1)!;
	for (const [transition, rampFrames] of [
		[{ kind: 'mix', frames: 60 }, 60],
		[{ kind: 'dip', frames: 15 }, 15],
		[{ kind: 'cut', frames: 0 }, 2],
	] as const) {
		void mixer.show(layers, transition, audio).catch(() => {});
		assert.equal([last().transition, last().rampFrames], [transition, rampFrames]);
	}
	mixer.setAudio(audio, 20);
	assert.equal(told(processes[0]!).at(-1), { op: 'audio', ...audio, rampMs: 20 });
	await host.stop();
});

test('an answer names its own command: the frame of one is not given to another', async () => {
	const { host, mixer, processes } = await playing();
	const ids = () => programs(processes[0]!).map(({ id }) => id);
	const first = mixer.show(layers, { kind: 'cut', frames: 0 });
	const second = mixer.show([], { kind: 'cut', frames: 0 });
	const [, one, two] = ids();
	const say = (event: Parameters<typeof mixerEvent>[0]) => processes[0]!.emit('event', mixerEvent(event));
	say({ event: 'applied', data: { id: two!, frame: 12, ptsNs: '400000000', endFrame: 12 } });
	say({ event: 'refused', data: { op: 'program', id: one!, reason: 'layers: too many' } });
	assert.equal(await second, { frame: 12, ptsNs: '400000000', endFrame: 12 });
	await first.then(
		() => assert.unreachable('a refusal is no success'),
		(error: Error) => assert.match(error.message, /layers: too many/),
	);
	await host.stop();
});

test('a picture that nobody looks at is not drawn, and told once', async () => {
	const { host, mixer, processes } = await playing();
	mixer.setDrawn(true);
	mixer.setDrawn(false);
	mixer.setDrawn(false);
	mixer.setDrawn(true);
	assert.equal(
		told(processes[0]!).flatMap((command) => (command.op === 'picture' ? [command.drawn] : [])),
		[false, true],
	);
	await host.stop();
});

test.run();
