import * as assert from 'uvu/assert';
import type { Layer, Scene } from '../../../service/contract/scenes.js';
import type { State } from '../../../service/contract/state.js';
import { cleared, insteadOf, without } from '../../../service/show/without.js';
import { test } from '../../tools/suite.js';

const layer = (source: string | null): Layer => ({
	source,
	x: 0,
	y: 0,
	w: 1,
	h: 1,
	z: 0,
	fit: 'contain',
	crop: { left: 0, top: 0, right: 0, bottom: 0 },
	alpha: 1,
	border: null,
});
const scene = (id: string, ...sources: (string | null)[]): Scene => ({ id, label: id, layers: sources.map(layer), version: 1 });
const desk = {
	scenes: { 'side-by-side': scene('side-by-side', null, null), quad: scene('quad', 'g', 'a', 'b', 'c') },
	sources: {
		g: { id: 'g', kind: 'guest', state: 'no-signal' },
		dead: { id: 'dead', kind: 'hdmi', state: 'fault' },
		a: { id: 'a', kind: 'hdmi', state: 'live' },
	},
} as unknown as Pick<State, 'scenes' | 'sources'>;
const sources = (replacement: { layers?: Layer[] } | null) => replacement?.layers?.map(({ source }) => source);

test('without a lost guest: what is left, in the smallest layout that has room for it', () => {
	assert.equal(without('g', scene('pip', 'a', 'g'), desk), { id: 'source-a' });
	const two = without('g', scene('three', 'a', 'g', 'b'), desk);
	assert.equal([two?.id, sources(two)], ['side-by-side', ['a', 'b']]);
	const three = without('g', desk.scenes.quad!, desk);
	assert.equal([three?.id, sources(three)], ['quad', [null, 'a', 'b', 'c']]);
	const five = without('g', scene('six', 'a', 'b', 'c', 'd', 'e', 'g'), desk);
	assert.equal([five?.id, sources(five)], ['six', ['a', 'b', 'c', 'd', 'e', null]]);
});

test('a lost guest that was alone gives way to a source that is live, or to nothing', () => {
	assert.equal(without('g', scene('source-g', 'g'), desk), { id: 'source-a' });
	assert.is(without('g', scene('source-g', 'g'), { ...desk, sources: {} }), null);
});

test('what is left of a layout that has room for it stays in its boxes; a layout that is no more is not missed', () => {
	const scenes = { ...desk.scenes, 'side-by-side': scene('side-by-side', 'g', 'a'), gone: scene('gone', 'a', 'b', 'g') };
	const same = without('g', scene('quad', 'a', 'b', 'c', 'g'), { ...desk, scenes });
	assert.equal([same?.id, sources(same)], ['quad', ['a', 'b', 'c', null]]);
	const four = without('g', scene('five', 'd', 'c', 'g', 'b', 'a'), { ...desk, scenes });
	assert.equal([four?.id, sources(four)], ['quad', ['d', 'c', 'b', 'a']]);
	const three = without('g', scene('mine', 'c', 'g', 'b', 'a'), { ...desk, scenes });
	assert.equal([three?.id, sources(three)], ['quad', ['c', 'b', 'a', null]]);
	const bare = without('g', scenes.gone, { ...desk, scenes: {} });
	assert.equal([bare?.id, sources(bare)], ['gone', ['a', 'b', null]]);
	const two = without('g', scenes.gone, { ...desk, scenes });
	assert.equal([two?.id, sources(two)], ['side-by-side', ['a', 'b']]);
});

test('black has no scene of its own: beside it the box is emptied', () => {
	const left = without('g', scene('pip', 'black', 'g'), desk);
	assert.equal([left?.id, sources(left)], ['pip', ['black', null]]);
});

test('in place of a source comes another that is live, first one that is not shown yet', () => {
	const source = (id: string, state = 'live', kind = 'hdmi') => ({ id, state, kind });
	const live = (...all: object[]) =>
		({ sources: Object.fromEntries(all.map((one) => [(one as { id: string }).id, one])) }) as unknown as Pick<State, 'sources'>;
	const rest = live(source('black', 'live', 'black'), source('g'), source('off', 'no-signal'), source('a'), source('b'));
	assert.is(insteadOf('g', null, rest), 'source-a');
	assert.is(insteadOf('g', scene('two', 'g', 'a'), rest), 'source-b');
	assert.is(insteadOf('g', scene('all', 'g', 'a', 'b'), rest), 'source-a', 'all are shown: the first again');
	assert.is(insteadOf('g', null, live(source('black', 'live', 'black'), source('g'), source('off', 'off'))), null);
});

test('a source is cleared from each of its boxes, which keep their place', () => {
	const boxes = [layer('g'), { ...layer('a'), x: 0.5 }, { ...layer('g'), x: 0.25 }];
	assert.equal(cleared('g', boxes), [layer(null), { ...layer('a'), x: 0.5 }, { ...layer(null), x: 0.25 }]);
});

test.run();
