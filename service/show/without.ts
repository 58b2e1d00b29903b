import { sourceSceneId } from '../contract/layouts.js';
import type { Layer, Scene } from '../contract/scenes.js';
import { kindTraits } from '../contract/sourceKinds.js';
import type { State } from '../contract/state.js';
import { sourcesOf } from '../contract/tally.js';

/** The scene to put on air; with layers, those replace the scene's. */
export interface Replacement {
	id: string;
	layers?: Layer[];
}

/** The smallest built-in layout for this many pictures. */
const layoutFor = ['', '', 'side-by-side', 'quad', 'quad'];

/** A scene's layers with the boxes of a source emptied. */
export function cleared(source: string, layers: Layer[]): Layer[] {
	return layers.map((layer) => (layer.source === source ? { ...layer, source: null } : layer));
}

/** What to show on program once a source is taken out; null when nothing else is there. */
export function without(
	source: string,
	program: Pick<Scene, 'id' | 'layers'>,
	state: Pick<State, 'scenes' | 'sources'>,
): Replacement | null {
	const kept = [...sourcesOf(program)].filter((shown) => shown !== source);
	if (kept.length === 0) {
		const other = insteadOf(source, null, state);
		return other === null ? null : { id: other };
	}
	if (kept.length === 1 && kept[0] !== 'black') return { id: sourceSceneId(kept[0]!) };
	const layout = state.scenes[layoutFor[kept.length] ?? ''];
	// More pictures than the layouts have boxes: the scene stays, the box is empty.
	const id = layout?.id ?? program.id;
	if (!layout || layout.id === program.id) return { id, layers: cleared(source, program.layers) };
	return { id, layers: layout.layers.map((layer, index) => ({ ...layer, source: kept[index] ?? null })) };
}

/** The scene of another live source, preferably one that is not on program; null when there is none. */
export function insteadOf(
	source: string,
	program: Pick<Scene, 'layers'> | null,
	{ sources }: Pick<State, 'sources'>,
): string | null {
	const live = Object.values(sources).filter(
		({ id, state, kind }) => id !== source && state === 'live' && !kindTraits[kind].blank,
	);
	const shown = sourcesOf(program ?? undefined);
	const other = live.find(({ id }) => !shown.has(id)) ?? live[0];
	return other ? sourceSceneId(other.id) : null;
}
