import { isDeepStrictEqual } from 'node:util';
import type { Scene, SceneContent } from '../contract/scenes.js';

/** Numbers scene changes, and knows which change last touched each slot. */
export class SceneVersions {
	#slots = new Map<string, number[]>();
	#last: number;

	/** Counted from the start time, so that versions of earlier runs are never reused. */
	constructor(startedAt = Date.now()) {
		this.#last = startedAt;
	}

	/** The new version of `scene`, which was `before`. */
	next(scene: SceneContent, before: SceneContent | undefined): number {
		this.#last += 1;
		const known = before?.layers.length === scene.layers.length ? this.#slots.get(scene.id) : undefined;
		this.#slots.set(
			scene.id,
			scene.layers.map((layer, slot) => (known && isDeepStrictEqual(layer, before!.layers[slot]) ? known[slot]! : this.#last)),
		);
		return this.#last;
	}

	/** Whether this slot is unchanged since `version` of the scene. */
	saw(scene: Scene, slot: number, version: number): boolean {
		return version <= scene.version && version >= (this.#slots.get(scene.id)?.[slot] ?? Number.POSITIVE_INFINITY);
	}

	forget(scene: string): void {
		this.#slots.delete(scene);
	}
}
