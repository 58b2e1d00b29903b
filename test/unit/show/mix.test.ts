import * as assert from 'uvu/assert';
import type { Strip } from '../../../service/contract/audio.js';
import { builtInScenes, isSourceScene, layoutIds, sourceScene } from '../../../service/contract/layouts.js';
import { layerSchema, type SceneContent } from '../../../service/contract/scenes.js';
import { sourcesOf, tallyOf } from '../../../service/contract/tally.js';
import { linear, mixLayers, slotGains } from '../../../service/show/mix.js';
import { multiviewLayers, multiviewMap, multiviewTiles } from '../../../service/show/multiview.js';
import { test } from '../../tools/suite.js';

const slots: Record<string, number> = { hdmi1: 0, hdmi2: 1, 'guest-a': 4 };
const slotOf = (source: string) => slots[source];
const scene = (...layers: unknown[]): SceneContent => ({
	id: 's',
	label: 'S',
	layers: layers.map((layer) => layerSchema.parse(layer)),
});
const strip = (patch: Partial<Strip> = {}): Strip => ({ gainDb: 0, mute: false, pan: 0, mode: 'afv', delayMs: 0, ...patch });

test('layers come bottom to top, empty boxes and unknown sources are left out, black is slot −1', () => {
	const layers = mixLayers(
		scene(
			{ source: 'hdmi2', x: 0.5, y: 0, w: 0.5, h: 1, z: 2 },
			{ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1, z: 1 },
			{ source: null, x: 0, y: 0, w: 1, h: 1 },
			{ source: 'gone', x: 0, y: 0, w: 1, h: 1 },
			{ source: 'black', x: 0, y: 0, w: 1, h: 1 },
		),
		{},
		slotOf,
	);
	assert.equal(
		layers.map((layer) => layer.slot),
		[-1, 0, 1],
	);
});

test('an empty box shows nothing, also while slots are free', () => {
	assert.equal(
		mixLayers(scene({ source: null, x: 0, y: 0, w: 1, h: 1 }), {}, () => 3),
		[],
	);
});

test('a crop of the source holds where the layer has none', () => {
	const cropped = { left: 0.1, top: 0, right: 0.1, bottom: 0 };
	const [layer] = mixLayers(scene({ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 }), { hdmi1: { crop: cropped } }, slotOf);
	assert.equal(layer!.crop, [0.1, 0, 0.1, 0]);
});

test('a crop of the layer goes before that of its source, whichever side it has', () => {
	const none = { left: 0, top: 0, right: 0, bottom: 0 };
	const source = { left: 0.4, top: 0.3, right: 0.2, bottom: 0.1 };
	const crop = (own: object) =>
		mixLayers(
			scene({ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1, crop: { ...none, ...own } }),
			{ hdmi1: { crop: source } },
			slotOf,
		)[0]!.crop;
	assert.equal(crop({}), [0.4, 0.3, 0.2, 0.1]);
	for (const [i, side] of (['left', 'top', 'right', 'bottom'] as const).entries())
		assert.equal(
			crop({ [side]: 0.5 }),
			[0, 1, 2, 3].map((at) => (at === i ? 0.5 : 0)),
			side,
		);
});

test('without an area a scene fills the canvas; what is usual is left out of the command', () => {
	const plain = { source: 'hdmi1', x: 0.25, y: 0.125, w: 0.5, h: 0.75 };
	const [layer] = mixLayers(scene({ ...plain, fit: 'cover' }), {}, slotOf);
	assert.equal(layer, { slot: 0, x: 0.25, y: 0.125, w: 0.5, h: 0.75, fit: 'cover' });
	const border = { width: 4, colour: '#ffffff' };
	const [decorated] = mixLayers(scene({ ...plain, alpha: 0.5, border }), {}, slotOf);
	assert.equal([decorated!.alpha, decorated!.border], [0.5, [4, '#ffffff']]);
	const [small] = mixLayers(scene({ ...plain, border }), {}, slotOf, { x: 0, y: 0, w: 0.5, h: 0.1 });
	assert.equal(small!.border, [1, '#ffffff'], 'a border never vanishes');
});

test('a scene fits into an area of another picture', () => {
	const [layer] = mixLayers(scene({ source: 'hdmi1', x: 0.5, y: 0.5, w: 0.5, h: 0.5 }), {}, slotOf, {
		x: 0,
		y: 0.5,
		w: 0.5,
		h: 0.5,
	});
	assert.equal([layer!.x, layer!.y, layer!.w, layer!.h], [0.25, 0.75, 0.25, 0.25]);
});

test('AFV opens a source while it is on program, on always, off and mute never', () => {
	const program = scene({ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 });
	const gains = (strips: Record<string, Strip>) => slotGains(strips, program, slotOf, 6);
	assert.equal(gains({ hdmi1: strip(), hdmi2: strip() }), [1, 0, 0, 0, 0, 0]);
	assert.equal(gains({ hdmi2: strip({ mode: 'on' }) }), [0, 1, 0, 0, 0, 0]);
	assert.equal(gains({ hdmi1: strip({ mode: 'off' }), hdmi2: strip({ mode: 'on', mute: true }) }), [0, 0, 0, 0, 0, 0]);
});

test('faders are decibels, above 0 too; at the lower end there is silence', () => {
	assert.is(linear(0), 1);
	for (const [gainDb, gain] of [
		[12, 3.981072],
		[6, 1.995262],
		[-6, 0.501187],
		[-20, 0.1],
		[-59.5, 0.001059],
		[-60, 0],
		[-80, 0],
	] as const)
		assert.is(linear(gainDb), gain, `${gainDb} dB`);
	assert.equal(slotGains({ hdmi1: strip({ mode: 'on', gainDb: 12 }) }, undefined, slotOf, 2), [3.981072, 0]);
});

test('a strip of a source that has no slot opens none', () => {
	assert.equal(slotGains({ gone: strip({ mode: 'on' }) }, undefined, slotOf, 2), [0, 0]);
	assert.equal(Object.keys(slotGains({ gone: strip({ mode: 'on' }) }, undefined, slotOf, 2)), ['0', '1']);
});

test('the sources of a scene, without its empty boxes; of no scene none', () => {
	const quad = scene({ source: 'hdmi2', x: 0, y: 0, w: 1, h: 1 }, { source: null, x: 0, y: 0, w: 1, h: 1 });
	assert.equal([...sourcesOf(quad)], ['hdmi2']);
	assert.equal([...sourcesOf(undefined)], []);
});

test('lamps: red on program and, during a transition, on what comes; green in preview; dark otherwise', () => {
	const at = (source: string) => scene({ source, x: 0, y: 0, w: 1, h: 1 });
	const scenes = { one: { ...at('hdmi1'), version: 1 }, two: { ...at('hdmi2'), version: 1 } };
	const transition = { kind: 'mix' as const, durationMs: 500, frames: 15, startFrame: 1, endFrame: 15 };
	const lamp = (source: string, buses: Parameters<typeof tallyOf>[1]['buses']) => tallyOf(source, { buses, scenes });
	const still = { program: 'one', preview: 'two', transition: null };
	assert.equal(
		['hdmi1', 'hdmi2', 'hdmi3'].map((source) => lamp(source, still)),
		['program', 'preview', 'off'],
	);
	assert.equal(
		['hdmi1', 'hdmi2', 'hdmi3'].map((source) => lamp(source, { ...still, transition })),
		['program', 'program', 'off'],
	);
	assert.is(lamp('hdmi1', { program: null, preview: null, transition: null }), 'off');
	assert.is(lamp('hdmi1', { program: null, preview: 'gone', transition: null }), 'off');
});

test('the built-in layouts take the first sources and leave the rest of their boxes empty', () => {
	const [full, sideBySide, pip, quad] = builtInScenes(['hdmi1', 'hdmi2']);
	assert.equal([full!.id, sideBySide!.id, pip!.id, quad!.id], ['full', 'side-by-side', 'pip', 'quad']);
	assert.equal(
		quad!.layers.map((layer) => layer.source),
		['hdmi1', 'hdmi2', null, null],
	);
	for (const layout of [full!, sideBySide!, pip!, quad!]) for (const layer of layout.layers) layerSchema.parse(layer);
	assert.equal(
		[full!, sideBySide!, pip!, quad!].map(({ label, layers }) => [label, layers.map(({ x, y, w, h, z }) => [x, y, w, h, z])]),
		[
			['Full', [[0, 0, 1, 1, 0]]],
			[
				'Side by side',
				[
					[0, 0.25, 0.5, 0.5, 0],
					[0.5, 0.25, 0.5, 0.5, 0],
				],
			],
			[
				'Picture in picture',
				[
					[0, 0, 1, 1, 0],
					[0.7, 0.05, 0.25, 0.25, 1],
				],
			],
			[
				'Quad',
				[
					[0, 0, 0.5, 0.5, 0],
					[0.5, 0, 0.5, 0.5, 0],
					[0, 0.5, 0.5, 0.5, 0],
					[0.5, 0.5, 0.5, 0.5, 0],
				],
			],
		],
	);
	assert.equal(layoutIds, ['full', 'side-by-side', 'pip', 'quad']);
});

test('the scene of a source is the source alone, full', () => {
	const { id, label, layers } = sourceScene({ id: 'hdmi1', label: 'Stage' });
	assert.equal([id, label], ['source-hdmi1', 'Stage']);
	assert.equal(
		layers.map(({ source, x, y, w, h, fit, alpha }) => [source, x, y, w, h, fit, alpha]),
		[['hdmi1', 0, 0, 1, 1, 'contain', 1]],
	);
	assert.ok(isSourceScene(id) && !isSourceScene('quad') && !isSourceScene('my-source-'));
});

test('no two tiles of the multiview overlap, nor the preview', () => {
	const sources = Object.fromEntries(
		Array.from({ length: multiviewTiles }, (_, slot) => [
			`s${slot}`,
			{ id: `s${slot}`, slot } as Parameters<typeof multiviewMap>[0][string],
		]),
	);
	const boxes = Object.values(multiviewMap(sources).tiles);
	assert.is(boxes.length, multiviewTiles + 1);
	for (const [index, a] of boxes.entries())
		for (const b of boxes.slice(index + 1))
			assert.ok(
				a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y,
				`${JSON.stringify(a)} over ${JSON.stringify(b)}`,
			);
});

test('tiles fill the lower rows from the left, then beside the preview; what has no slot has none', () => {
	const source = (slot?: number) => ({ id: `s${slot}`, slot }) as Parameters<typeof multiviewMap>[0][string];
	const { columns, rows, tiles } = multiviewMap({
		a: source(0),
		b: source(5),
		c: source(8),
		d: source(11),
		e: source(),
		f: source(12),
	});
	assert.equal([columns, rows], [4, 4]);
	assert.equal(tiles, {
		preview: { x: 0, y: 0, w: 0.5, h: 0.5 },
		s0: { x: 0, y: 0.5, w: 0.25, h: 0.25 },
		s5: { x: 0.25, y: 0.75, w: 0.25, h: 0.25 },
		s8: { x: 0.5, y: 0, w: 0.25, h: 0.25 },
		s11: { x: 0.75, y: 0.25, w: 0.25, h: 0.25 },
	});
	const layers = multiviewLayers({ a: source(5), b: source(), c: source(12) }, undefined, slotOf);
	assert.equal(layers, [{ slot: 5, x: 0.25, y: 0.75, w: 0.25, h: 0.25, fit: 'contain' }]);
});

test('the preview lies over the tiles', () => {
	const sources = { hdmi1: { id: 'hdmi1', slot: 0 } } as unknown as Parameters<typeof multiviewLayers>[0];
	const layers = multiviewLayers(sources, scene({ source: 'hdmi2', x: 0, y: 0, w: 1, h: 1 }), slotOf);
	assert.equal(
		layers.map(({ slot, x, y, w, h }) => [slot, x, y, w, h]),
		[
			[0, 0, 0.5, 0.25, 0.25],
			[1, 0, 0, 0.5, 0.5],
		],
	);
});

test.run();
