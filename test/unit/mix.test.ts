import * as assert from 'uvu/assert';
import { layerSchema, type SceneContent, type Strip } from '../../service/api/schema.js';
import { builtInScenes } from '../../service/show/layouts.js';
import { linear, mixLayers, slotGains } from '../../service/show/mix.js';
import { multiviewLayers, multiviewMap, multiviewTiles } from '../../service/show/multiview.js';
import { test } from '../tools/suite.js';

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

test('a crop of the source holds where the layer has none', () => {
	const cropped = { left: 0.1, top: 0, right: 0.1, bottom: 0 };
	const [layer] = mixLayers(scene({ source: 'hdmi1', x: 0, y: 0, w: 1, h: 1 }), { hdmi1: { crop: cropped } }, slotOf);
	assert.equal(layer!.crop, [0.1, 0, 0.1, 0]);
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

test('faders are decibels', () => {
	assert.is(linear(0), 1);
	assert.ok(Math.abs(linear(-20) - 0.1) < 1e-6);
	assert.is(linear(-60), 0);
});

test('the built-in layouts take the first sources and leave the rest of their boxes empty', () => {
	const [full, sideBySide, pip, quad] = builtInScenes(['hdmi1', 'hdmi2']);
	assert.equal([full!.id, sideBySide!.id, pip!.id, quad!.id], ['full', 'side-by-side', 'pip', 'quad']);
	assert.equal(
		quad!.layers.map((layer) => layer.source),
		['hdmi1', 'hdmi2', null, null],
	);
	for (const layout of [full!, sideBySide!, pip!, quad!]) for (const layer of layout.layers) layerSchema.parse(layer);
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
