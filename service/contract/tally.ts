import type { GuestTally } from './guestChannel.js';
import type { Scene } from './scenes.js';
import type { State } from './state.js';

/** Null buses are unknown: no lamp is lit from stale data. */
type Show = { buses: State['buses'] | null; scenes: State['scenes'] };

/** The two lamps of a source. */
export interface Lamps {
	program: boolean;
	preview: boolean;
}

export const dark: Lamps = { program: false, preview: false };

/** All sources in a scene. */
export function sourcesOf(scene: Pick<Scene, 'layers'> | undefined): Set<string> {
	return new Set((scene?.layers ?? []).flatMap((layer) => (layer.source === null ? [] : [layer.source])));
}

/** The lamps of a source. During a transition both scenes are on air, so both are red. */
export function lampsOf(source: string, { buses, scenes }: Show): Lamps {
	if (buses === null) return dark;
	const shows = (scene: string | null) => scene !== null && sourcesOf(scenes[scene]).has(source);
	const preview = shows(buses.preview);
	return { program: shows(buses.program) || (preview && buses.transition !== null), preview };
}

/** The tally state for a camera or guest. */
export function tallyOf(source: string, show: Show): GuestTally {
	const { program, preview } = lampsOf(source, show);
	return program ? 'program' : preview ? 'preview' : 'off';
}

export function sceneOnAir(scene: string, buses: State['buses'] | null): boolean {
	return buses !== null && (buses.program === scene || (buses.transition !== null && buses.preview === scene));
}
