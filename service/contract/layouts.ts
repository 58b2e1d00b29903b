import type { Layer, SceneContent } from './scenes.js';

const none = { left: 0, top: 0, right: 0, bottom: 0 };

function box(x: number, y: number, w: number, h: number, more: Partial<Layer> = {}): Layer {
	return { source: null, x, y, w, h, z: 0, fit: 'contain', crop: none, alpha: 1, border: null, ...more };
}

/** The four layouts every show starts with, filled from the first sources. */
export const layouts: { id: string; label: string; layers: Layer[] }[] = [
	{ id: 'full', label: 'Full', layers: [box(0, 0, 1, 1)] },
	{ id: 'side-by-side', label: 'Side by side', layers: [box(0, 0.25, 0.5, 0.5), box(0.5, 0.25, 0.5, 0.5)] },
	{ id: 'pip', label: 'Picture in picture', layers: [box(0, 0, 1, 1), box(0.7, 0.05, 0.25, 0.25, { z: 1 })] },
	{
		id: 'quad',
		label: 'Quad',
		layers: [box(0, 0, 0.5, 0.5), box(0.5, 0, 0.5, 0.5), box(0, 0.5, 0.5, 0.5), box(0.5, 0.5, 0.5, 0.5)],
	},
];

export const layoutIds = layouts.map((layout) => layout.id);

/** The built-in scenes with `sources` in their boxes, in order. */
export function builtInScenes(sources: string[]): SceneContent[] {
	return layouts.map(({ id, label, layers }) => ({
		id,
		label,
		layers: layers.map((layer, index) => ({ ...layer, source: sources[index] ?? null })),
	}));
}

const sourceScenePrefix = 'source-';

export function sourceSceneId(source: string): string {
	return `${sourceScenePrefix}${source}`;
}

/** The full-screen scene that every source has. */
export function sourceScene(source: { id: string; label: string }): SceneContent {
	return { id: sourceSceneId(source.id), label: source.label, layers: [box(0, 0, 1, 1, { source: source.id })] };
}

export function isSourceScene(sceneId: string): boolean {
	return sceneId.startsWith(sourceScenePrefix);
}
