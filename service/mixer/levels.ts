import type { EventData } from '../../pipelines/events.js';
import type { Levels } from '../contract/events.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';

/** How often the state gets them; meters get every one. */
const STATE_MS = 1_000;

export interface ProgramLevelsOptions {
	/** The program mixer. */
	host: SupervisedHost;
	sourceOf: (slot: number) => string | null;
	/** Once a second, the louder side of a source in dBFS. */
	onLevel: (source: string, levelDb: number) => void;
	/** Each time, the louder side of the program in dBFS. */
	onMaster: (levelDb: number) => void;
}

/** Levels of the sources and the program, measured by the mixer 20 times a second. */
export class ProgramLevels {
	#listeners = new Set<(levels: Levels) => void>();
	#toldAt = Number.NEGATIVE_INFINITY;

	constructor(private readonly o: ProgramLevelsOptions) {
		o.host.on('event', ({ factory, event, data }) => {
			if (factory === 'r58mixer' && event === 'levels') this.#read(data);
		});
	}

	/** Calls `listener` 20 times a second until the returned function is called. */
	on(listener: (levels: Levels) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#read({ slots, master }: EventData<'r58mixer', 'levels'>): void {
		this.o.onMaster(Math.max(...master));
		const levels: Levels = { master };
		for (const [slot, level] of Object.entries(slots)) {
			const id = this.o.sourceOf(Number(slot));
			if (id) levels[id] = level;
		}
		for (const listener of this.#listeners) listener(levels);
		const now = performance.now();
		if (now - this.#toldAt < STATE_MS) return;
		this.#toldAt = now;
		for (const [id, [left, right]] of Object.entries(levels)) if (id !== 'master') this.o.onLevel(id, Math.max(left, right));
	}
}
