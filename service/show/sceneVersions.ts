import { isDeepStrictEqual } from 'node:util';
import type { Scene, SceneContent } from '../contract/scenes.js';

/** Numbers the changes of scenes, and knows at which of them each slot changed last. */
export class SceneVersions {
	#slots = new Map<string, number[]>();
	#last: number;

	/** Counted from the time of the start, so that a version of an earlier run is not taken for one of this. */
	constructor(startedAt = Date.now()) {
		this.#last = startedAt;
	}

	/** The version of `scene`, which was `before` until now. */
	next(scene: SceneContent, before: SceneContent | undefined): number {
		this.#last += 1;
		const known = before?.layers.length === scene.layers.length ? this.#slots.get(scene.id) : undefined;
		this.#slots.set(
			scene.id,
			scene.layers.map((layer, slot) => (known && isDeepStrictEqual(layer, before!.layers[slot]) ? known[slot]! : this.#last)),
		);
		return this.#last;
	}

	/** Whether who saw the scene at `version` saw this slot as it is now. */
	saw(scene: Scene, slot: number, version: number): boolean {
		return version <= scene.version && version >= (this.#slots.get(scene.id)?.[slot] ?? Number.POSITIVE_INFINITY);
	}

	forget(scene: string): void {
		this.#slots.delete(scene);
	}
}
