import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Change } from '../../../service/contract/delta.js';
import type { State } from '../../../service/contract/state.js';
import { systemSchema } from '../../../service/contract/system.js';
import { LiveState } from '../../../service/state/state.js';
import { root } from '../../tools/service.js';
import { test } from '../../tools/suite.js';

const scene = { id: 'x', label: 'X', layers: [], version: 0 };

function makeState(): LiveState {
	return new LiveState({
		sources: {},
		scenes: {},
		guests: {},
		faults: [],
		buses: { preview: null, program: null, transition: null },
		system: { cpuPct: 1 },
	} as unknown as Omit<State, 'seq'>);
}

async function deltasOf(state: LiveState, work: () => void): Promise<[number, Change[]][]> {
	const deltas: [number, Change[]][] = [];
	const off = state.onChange((seq, changes) => deltas.push([seq, changes]));
	work();
	await Promise.resolve();
	off();
	return deltas;
}

test('changes of one turn are one delta, in order, the last value of a path winning', async () => {
	const state = makeState();
	const deltas = await deltasOf(state, () => {
		state.patchBuses({ program: 'a' });
		state.scenes.put('x', scene);
		state.patchBuses({ program: 'b' });
	});
	assert.equal(deltas, [
		[
			1,
			[
				['scenes.x', scene],
				['buses.program', 'b'],
			],
		],
	]);
});

test('an equal value is no change', async () => {
	const state = makeState();
	assert.equal(await deltasOf(state, () => state.own('cpuPct')(1)), []);
});

test('each part of the system that changes has one owner in the service, and only that writes it', () => {
	const constant: (keyof State['system'])[] = ['version', 'startedAt', 'canvas'];
	const owned = readdirSync(join(root, 'service'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.flatMap((name) =>
			[...readFileSync(join(root, 'service', name), 'utf8').matchAll(/\.own\('(\w+)'\)/g)].map(([, part]) => part),
		);
	assert.equal([...owned, ...constant].sort(), Object.keys(systemSchema.shape).sort());
	const state = makeState();
	state.own('cpuPct');
	assert.throws(() => state.own('cpuPct'), /already has an owner/);
});

/** Never run: the type-check judges it. */
export function wrong(state: LiveState): void {
	// @ts-expect-error: it does not change
	state.own('canvas');
	// @ts-expect-error: there is no such part
	state.own('cpu');
	// @ts-expect-error: of another type
	state.own('cpuPct')('5');
	// @ts-expect-error: written by its owner alone
	state.current.system.cpuPct = 5;
	// @ts-expect-error: written through the handle of its collection
	state.current.sources.hdmi1!.label = 'Camera';
	// @ts-expect-error: there is no such collection
	state.guest.put('guest-a', {});
	// @ts-expect-error: an entry of another collection
	state.scenes.put('x', state.current.targets.x!);
	// @ts-expect-error: there is no such field
	state.sources.patch('hdmi1', { lable: 'Camera' });
	// @ts-expect-error: a field of another type
	state.sources.patch('hdmi1', { label: 5 });
	// @ts-expect-error: there is no such bus
	state.patchBuses({ aux: 'a' });
}

test('null removes an entry of a collection and says so', async () => {
	const state = makeState();
	state.scenes.put('x', scene);
	const deltas = await deltasOf(state, () => state.scenes.remove('x'));
	assert.equal(deltas.at(-1)![1].at(-1), ['scenes.x', null]);
	assert.not('x' in state.current.scenes);
});

test('null is a value where null is meant', () => {
	const state = makeState();
	state.own('cpuPct')(null);
	assert.is(state.current.system.cpuPct, null);
	state.patchBuses({ program: 'a' });
	state.patchBuses({ program: null });
	assert.is(state.current.buses.program, null);
});

test('a snapshot comes after everything before it and before everything after it', async () => {
	const state = makeState();
	const sent: number[] = [];
	state.onChange((seq) => sent.push(seq));
	state.patchBuses({ program: 'a' });
	const snapshot = state.snapshot();
	state.patchBuses({ program: 'b' });
	await Promise.resolve();
	assert.is(snapshot.buses.program, 'a');
	assert.is(snapshot.seq, 1);
	assert.equal(sent, [1, 2]);
});

test('a part of the system has one owner', () => {
	const state = makeState();
	state.own('tunnel')('up');
	assert.is(state.current.system.tunnel, 'up');
	assert.throws(() => state.own('tunnel'), /tunnel already has an owner/);
});

test('of an entry that is gone nothing is changed', async () => {
	const state = makeState();
	assert.equal(await deltasOf(state, () => state.sources.patch('gone', { state: 'live' })), []);
	assert.equal(state.current.sources, {});
});

test('a snapshot is a copy', () => {
	const state = makeState();
	const snapshot = state.snapshot();
	state.patchBuses({ program: 'later' });
	assert.is(snapshot.buses.program, null);
});

test.run();
