import type { State } from '../contract/state.js';

/** Weight of the newest reading: files grow by whole fragments, so a single reading says little. */
const newest = 0.3;

/** Bytes per second of all running recordings. */
export class RecordingRate {
	#before = new Map<string, number>();
	#at = 0;
	#rate: number | null = null;

	/** Null while nothing is recorded, or not known yet. */
	read({ recordings }: Pick<State, 'recordings'>, now = performance.now()): number | null {
		const running = Object.values(recordings).filter(({ state }) => state === 'recording');
		const sizes = new Map(running.map(({ id, files }) => [id, files.reduce((sum, { bytes }) => sum + bytes, 0)]));
		const grown = [...sizes].reduce((sum, [id, size]) => sum + Math.max(0, size - (this.#before.get(id) ?? size)), 0);
		const rate = grown / Math.max(0.001, (now - this.#at) / 1000);
		const comparable = [...sizes.keys()].some((id) => this.#before.has(id));
		this.#at = now;
		this.#before = sizes;
		if (running.length === 0) this.#rate = null;
		else if (comparable) this.#rate = this.#rate === null ? rate : this.#rate + newest * (rate - this.#rate);
		return this.#rate;
	}
}
