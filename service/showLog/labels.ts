import type { State } from '../contract/state.js';

/** What people call the scene on program, or another. */
export function sceneLabel({ buses, scenes }: Readonly<State>, id = buses.program): string | null {
	return (id !== null && scenes[id]?.label) || id;
}

/** A fault's subject as people call it: "source hdmi4" → "HDMI 4". */
export function subjectLabel({ sources, targets, recordings }: Readonly<State>, subject: string): string {
	const id = subject
		.split(' ')
		.at(-1)!
		.replace(/-sound$/, '');
	return sources[id]?.label ?? targets[id]?.label ?? recordings[id]?.name ?? subject;
}
