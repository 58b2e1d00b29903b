import type { Guest } from '../../service/contract/guests.js';
import { isSourceScene, layoutIds, layouts } from '../../service/contract/layouts.js';
import type { Scene } from '../../service/contract/scenes.js';
import { kindTraits } from '../../service/contract/sourceKinds.js';
import type { Source } from '../../service/contract/sources.js';
import type { State } from '../../service/contract/state.js';
import { lampsOf } from '../../service/contract/tally.js';
import { t } from '../texts/texts.js';

/** Scenes that are neither a built-in layout nor a single source. */
export function ownScenes(scenes: State['scenes']): Scene[] {
	return Object.values(scenes).filter(({ id }) => !layoutIds.includes(id) && !isSourceScene(id));
}

/** A built-in scene has its translated name until someone renames it. */
export function sceneLabel({ id, label }: Pick<Scene, 'id' | 'label'>): string {
	const names: Record<string, string> = t.switcher.scenes.builtIn;
	return layouts.some((layout) => layout.id === id && layout.label === label) ? (names[id] ?? label) : label;
}

/** Order of tiles, strips and number keys: by mixer slot, then sources without one. */
export function ordered(sources: State['sources']): Source[] {
	const rank = (source: Source) => (kindTraits[source.kind].blank ? 1000 : (source.slot ?? 999));
	return Object.values(sources).sort((a, b) => rank(a) - rank(b));
}

/** Guests on air who are not connected: their last picture is held, or there is none. */
export function absentOnAir({ guests, scenes }: State, buses: State['buses'] | null): Guest[] {
	return Object.values(guests).filter(({ id, state }) => state !== 'connected' && lampsOf(id, { buses, scenes }).program);
}
