import * as assert from 'uvu/assert';
import { layerSchema, type Scene, type SceneContent } from '../../../service/contract/scenes.js';
import { SceneVersions } from '../../../service/show/sceneVersions.js';
import { test } from '../../tools/suite.js';

const layer = (source: string | null) => layerSchema.parse({ source, x: 0, y: 0, w: 0.5, h: 0.5 });
const quad = (...sources: (string | null)[]): SceneContent => ({ id: 'quad', label: 'Quad', layers: sources.map(layer) });

/** A scene as it becomes by one change after the other. */
function history(versions: SceneVersions, ...contents: SceneContent[]): Scene[] {
	const scenes: Scene[] = [];
	for (const content of contents) scenes.push({ ...content, version: versions.next(content, scenes.at(-1)) });
	return scenes;
}

test('a change of one slot makes what was seen of that slot old, and nothing of the others', () => {
	const versions = new SceneVersions(100);
	const [first, second] = history(versions, quad(null, null), quad('hdmi1', null)) as [Scene, Scene];
	assert.ok(second.version > first.version);
	assert.equal(
		[0, 1].map((slot) => versions.saw(second, slot, first.version)),
		[false, true],
	);
	assert.equal(
		[0, 1].map((slot) => versions.saw(second, slot, second.version)),
		[true, true],
	);
});

test('another number of slots, or a version of another run, fits nothing', () => {
	const versions = new SceneVersions(100);
	const [first, second] = history(versions, quad('hdmi1', null), quad('hdmi1')) as [Scene, Scene];
	assert.not(versions.saw(second, 0, first.version));
	assert.not(versions.saw(second, 1, second.version));
	assert.not(versions.saw(second, 0, 99), 'before this run');
	assert.not(versions.saw(second, 0, second.version + 1), 'not yet there');
	versions.forget('quad');
	assert.not(versions.saw(second, 0, second.version));
});

test('a slot is old from the change on that touched it, whatever came after', () => {
	const versions = new SceneVersions(100);
	const [first, second, third] = history(versions, quad('a', 'b'), quad('c', 'b'), quad('c', 'd')) as [Scene, Scene, Scene];
	assert.equal([first.version, second.version, third.version], [101, 102, 103]);
	assert.equal(
		[first, second, third].map(({ version }) => [0, 1].map((slot) => versions.saw(third, slot, version))),
		[
			[false, false],
			[true, false],
			[true, true],
		],
	);
	assert.not(versions.saw(second, 0, third.version), 'a version that this state of the scene has not reached');
});

test('a scene that was emptied and filled anew, or that is not known, counts as changed everywhere', () => {
	const versions = new SceneVersions(100);
	const [one, none, again] = history(versions, quad('a'), quad(), quad('a')) as [Scene, Scene, Scene];
	assert.equal(
		[none.layers.length, versions.saw(again, 0, one.version), versions.saw(again, 0, again.version)],
		[0, false, true],
	);
	const restarted = new SceneVersions(again.version);
	const version = restarted.next(again, again);
	assert.equal(
		[again.version, version].map((seen) => restarted.saw({ ...again, version }, 0, seen)),
		[false, true],
	);
	assert.not(restarted.saw({ ...again, id: 'other', version }, 0, version));
});

test.run();
