import type { Buses } from '../../../service/contract/buses.js';
import type { Guest } from '../../../service/contract/guests.js';
import type { Scene } from '../../../service/contract/scenes.js';
import type { Source } from '../../../service/contract/sources.js';
import type { State } from '../../../service/contract/state.js';

/** The built-in layouts, in the order of their buttons. They are scenes whose layers have a source or null. */
export const layouts = [
	{ id: 'full', label: 'Full' },
	{ id: 'side-by-side', label: 'Side by side' },
	{ id: 'pip', label: 'Picture in picture' },
	{ id: 'quad', label: 'Quad' },
] as const;

/** The scene that the service keeps for each source: it alone, full. */
export function sourceScene(source: string): string {
	return `source-${source}`;
}

export function isSourceScene(scene: string): boolean {
	return scene.startsWith('source-');
}

/** Scenes that are neither a built-in layout nor a single source. */
export function ownScenes(scenes: State['scenes']): Scene[] {
	const builtIn = new Set<string>(layouts.map(({ id }) => id));
	return Object.values(scenes).filter(({ id }) => !builtIn.has(id) && !isSourceScene(id));
}

/** Tiles and strips in this order, and so the number keys. Inputs by slot, then what has none. */
export function ordered(sources: State['sources']): Source[] {
	const rank = (source: Source) => (source.kind === 'black' ? 1000 : (source.slot ?? 999));
	return Object.values(sources).sort((a, b) => rank(a) - rank(b));
}

export interface Tally {
	program: boolean;
	preview: boolean;
}
export const dark: Tally = { program: false, preview: false };

/** The lamps of a source. During a transition both scenes are on air, so both are red. */
export function tallyOf(source: string, buses: Buses | null, scenes: State['scenes']): Tally {
	if (!buses) return dark;
	const shows = (scene: string | null) =>
		scene !== null && (scenes[scene]?.layers.some((layer) => layer.source === source) ?? false);
	const preview = shows(buses.preview);
	return { program: shows(buses.program) || (buses.transition !== null && preview), preview };
}

/** The guests on air who are not connected: the last picture stands, or there is none. */
export function absentOnAir({ guests, scenes }: State, buses: Buses | null): Guest[] {
	return Object.values(guests).filter(({ id, state }) => state !== 'connected' && tallyOf(id, buses, scenes).program);
}

export function sceneOnAir(scene: string, buses: Buses | null): boolean {
	return buses !== null && (buses.program === scene || (buses.transition !== null && buses.preview === scene));
}

/** What a tile says in place of a picture, or over it; null while frames advance. */
export function stateText({ state, lastError, held, onLoss }: Source): string | null {
	switch (state) {
		case 'live':
			return null;
		case 'starting':
			return 'Starting…';
		case 'no-signal':
			return held && onLoss === 'hold' ? 'No signal: the last picture is held' : 'No signal';
		case 'off':
			return 'Off';
		case 'fault':
			return lastError ? `Fault: ${lastError}` : 'Fault, restarting…';
	}
}
