import * as assert from 'uvu/assert';
import { absentOnAir, ordered, ownScenes } from '../../../panel/data/scenes.js';
import { stateText } from '../../../panel/pages/switcher/state-text.js';
import { applyChanges } from '../../../service/contract/delta.js';
import { isSourceScene, sourceSceneId } from '../../../service/contract/layouts.js';
import type { Scene } from '../../../service/contract/scenes.js';
import type { Source } from '../../../service/contract/sources.js';
import type { State } from '../../../service/contract/state.js';
import { dark, lampsOf, sceneOnAir } from '../../../service/contract/tally.js';
import { test } from '../../tools/suite.js';

const crop = { left: 0, top: 0, right: 0, bottom: 0 };
const layer = (source: string | null) => ({
	source,
	x: 0,
	y: 0,
	w: 1,
	h: 1,
	z: 0,
	fit: 'contain' as const,
	crop,
	alpha: 1,
	border: null,
});
const scene = (id: string, ...sources: (string | null)[]): Scene => ({ id, label: id, layers: sources.map(layer), version: 1 });
const scenes = { a: scene('a', 'hdmi1', 'hdmi2'), b: scene('b', 'hdmi2', null) };

function state(): State {
	return {
		seq: 4,
		sources: { hdmi1: { state: 'live', slot: 0, lastError: 'old' }, hdmi2: { state: 'live', slot: 1 } },
		guests: {},
		scenes,
		buses: { preview: 'a', program: 'b', transition: null },
		faults: [],
		system: { cpuPct: 3 },
	} as unknown as State;
}

test('a change replaces one value and leaves untouched branches the same objects', () => {
	const before = state();
	const after = applyChanges(before, 5, [['sources.hdmi1.state', 'no-signal']]);
	assert.is(after.seq, 5);
	assert.is(after.sources.hdmi1!.state, 'no-signal');
	assert.is(before.sources.hdmi1!.state, 'live');
	assert.is(after.sources.hdmi2, before.sources.hdmi2);
	assert.is(after.scenes, before.scenes);
	assert.is.not(after.sources, before.sources);
});

test('null removes an entry of a collection and is a value elsewhere', () => {
	const after = applyChanges(state(), 5, [
		['sources.hdmi2', null],
		['sources.hdmi1.lastError', null],
		['buses.preview', null],
		['system.cpuPct', null],
	]);
	assert.equal(Object.keys(after.sources), ['hdmi1']);
	assert.is(after.sources.hdmi1!.lastError, null);
	assert.is(after.buses.preview, null);
	assert.is(after.system.cpuPct, null);
	assert.ok('preview' in after.buses);
});

test('entries and lists are added whole, and changes apply in order', () => {
	const after = applyChanges(state(), 5, [
		['guests.guest-a', { id: 'guest-a', name: 'Anna' }],
		['guests.guest-a.name', 'Bea'],
		['faults', [{ code: 'x' }]],
	]);
	assert.is(after.guests['guest-a']!.name, 'Bea');
	assert.is(after.faults.length, 1);
});

test('a change below something that does not exist is ignored', () => {
	const before = state();
	const after = applyChanges(before, 5, [['sources.gone.state', 'live']]);
	assert.equal(after.sources, before.sources);
});

test('tally: red on program, green in preview, both red during a transition, dark when the link is lost', () => {
	const buses = state().buses;
	assert.equal(lampsOf('hdmi1', { buses, scenes }), { program: false, preview: true });
	assert.equal(lampsOf('hdmi2', { buses, scenes }), { program: true, preview: true });
	const transition = { kind: 'mix' as const, durationMs: 500, frames: 15, startFrame: 1, endFrame: 16 };
	assert.equal(lampsOf('hdmi1', { buses: { ...buses, transition }, scenes }), { program: true, preview: true });
	assert.equal(lampsOf('hdmi2', { buses: null, scenes }), { program: false, preview: false });
	assert.ok(sceneOnAir('b', buses));
	assert.not(sceneOnAir('a', buses));
	assert.ok(sceneOnAir('a', { ...buses, transition }));
});

test('tiles come by slot, then what has none, and black last', () => {
	const source = (id: string, kind: string, slot?: number) => ({ id, kind, slot }) as Source;
	const sources = Object.fromEntries(
		[
			source('black', 'black'),
			source('late', 'rtp'),
			source('hdmi2', 'hdmi', 1),
			source('guest', 'guest', 11),
			source('hdmi1', 'hdmi', 0),
		].map((one) => [one.id, one]),
	);
	assert.equal(
		ordered(sources).map(({ id }) => id),
		['hdmi1', 'hdmi2', 'guest', 'late', 'black'],
	);
});

test('own scenes are those that are neither a layout nor one source', () => {
	const all = Object.fromEntries(['full', 'quad', 'pip', 'side-by-side', 'source-hdmi1', 'talk'].map((id) => [id, scene(id)]));
	assert.equal(
		ownScenes(all).map(({ id }) => id),
		['talk'],
	);
	assert.is(sourceSceneId('hdmi1'), 'source-hdmi1');
	assert.equal([isSourceScene('source-hdmi1'), isSourceScene('my-source-')], [true, false]);
});

test('a tile says why it has no picture, and nothing while it has one', () => {
	const text = (state: Source['state'], lastError: string | null = null) => stateText({ state, lastError } as Source);
	assert.is(text('live', 'old error'), null);
	const words = (['starting', 'no-signal', 'off', 'fault'] as const).map((state) => text(state)!);
	assert.is(new Set(words).size, 4);
	assert.ok(words.every((word) => word.length > 2));
	assert.match(text('fault', 'the cable is out')!, /the cable is out/);
	const lost = (onLoss: Source['onLoss'], held: boolean) => stateText({ state: 'no-signal', onLoss, held } as Source);
	assert.is.not(lost('hold', true), lost('hold', false));
	assert.equal([lost('slate', true), lost('backup', true)], Array(2).fill(lost('hold', false)));
});

test('a scene is on air in program, and in preview while it comes; never without a link', () => {
	const buses = state().buses;
	const transition = { kind: 'mix' as const, durationMs: 500, frames: 15, startFrame: 1, endFrame: 16 };
	assert.not(sceneOnAir('c', { ...buses, transition }));
	assert.not(sceneOnAir('b', null));
	assert.equal(dark, { program: false, preview: false });
	assert.equal(lampsOf('hdmi2', { buses: { ...buses, program: null, preview: 'gone' }, scenes }), dark);
});

test('guests on air who are not connected are told, the others not', () => {
	const guest = (id: string, state: string) => ({ id, state });
	const guests = { hdmi1: guest('hdmi1', 'lost'), hdmi2: guest('hdmi2', 'lost') };
	const show = { guests, scenes } as unknown as State;
	const absent = (all: State, buses: State['buses'] | null) => absentOnAir(all, buses).map(({ id }) => id);
	assert.equal(absent(show, state().buses), ['hdmi2']);
	assert.equal(absent({ ...show, guests: { hdmi2: guest('hdmi2', 'connected') } } as unknown as State, state().buses), []);
	assert.equal(absent(show, null), []);
});

test.run();
