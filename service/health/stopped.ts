import type { State } from '../contract/state.js';

/** Recordings seen to end by a fault; until a later one is started, or they are deleted. */
export class StoppedRecordings {
	#running = new Set<string>();
	#stopped = new Set<string>();

	read({ recordings }: Pick<State, 'recordings'>): { id: string; name: string; reason: string | null }[] {
		const all = Object.values(recordings);
		for (const { id, state } of all) {
			if (state === 'recording' && !this.#running.has(id)) {
				this.#running.add(id);
				this.#stopped.clear();
			}
			if (state === 'fault' && this.#running.delete(id)) this.#stopped.add(id);
		}
		return all.filter(({ id }) => this.#stopped.has(id)).map(({ id, name, lastError }) => ({ id, name, reason: lastError }));
	}
}
