import type { Buses, Guest, Layer, Scene, State } from '../../service/api/schema.js';
import { sourceScene, tallyOf } from './scenes.js';

/** A scene to put on air; with layers, the scene is to have these. */
export interface Replacement {
	id: string;
	layers?: Layer[];
}

/** The smallest built-in layout for so many pictures. */
const layoutFor = ['', '', 'side-by-side', 'quad', 'quad'];

/** The guests whose connection broke while their picture is on air. */
export function lostOnAir(state: State, buses: Buses | null): Guest[] {
	return Object.values(state.guests).filter(({ id, state: is }) => is === 'lost' && tallyOf(id, buses, state.scenes).program);
}

/** What to show in place of the program once one source is out of it; null when nothing else is there. */
export function without(source: string, program: Scene, state: Pick<State, 'scenes' | 'sources'>): Replacement | null {
	const rest = program.layers.filter((layer) => layer.source !== source && layer.source !== null);
	const kept = [...new Set(rest.map((layer) => layer.source!))];
	if (kept.length === 0) {
		const other = Object.values(state.sources).find(
			({ id, state: is, kind }) => id !== source && is === 'live' && kind !== 'black',
		);
		return other ? { id: sourceScene(other.id) } : null;
	}
	if (kept.length === 1) return { id: sourceScene(kept[0]!) };
	const layout = state.scenes[layoutFor[kept.length] ?? ''];
	// More than the layouts have boxes for: the scene stays, the box is empty.
	const id = layout?.id ?? program.id;
	if (!layout || layout.id === program.id)
		return { id, layers: program.layers.map((layer) => (layer.source === source ? { ...layer, source: null } : layer)) };
	return { id, layers: layout.layers.map((layer, index) => ({ ...layer, source: kept[index] ?? null })) };
}
