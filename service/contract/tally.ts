import { sourcesOf } from '../show/mix.js';
import type { GuestTally } from './guestChannel.js';
import type { State } from './state.js';

/** The lamp of one source. During a transition both scenes are on air. */
export function tallyOf(source: string, { buses, scenes }: Pick<State, 'buses' | 'scenes'>): GuestTally {
	const shows = (scene: string | null) => scene !== null && sourcesOf(scenes[scene]).has(source);
	const preview = shows(buses.preview);
	if (shows(buses.program) || (preview && buses.transition !== null)) return 'program';
	return preview ? 'preview' : 'off';
}
