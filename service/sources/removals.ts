import type { Removed } from '../contract/sources.js';
import type { LiveState } from '../state/state.js';
import type { Bounded } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';

/** A removal can be undone for this long. */
const UNDO_MS = 10_000;
/** More at once are a program's work, not a person's; the oldest become final. */
const MAX_REMOVALS = 24;

interface Removal {
	restore: () => Promise<void>;
	/** It is final. */
	forget: () => void;
	timer: NodeJS.Timeout;
}

/** Recent removals that can be undone. Every operator's page offers it. */
export class Removals {
	#removals = new Map<string, Removal>();

	#forgotten = 0;

	constructor(private readonly state: LiveState) {}

	get table(): Bounded {
		return { size: this.#removals.size, most: MAX_REMOVALS, forgotten: this.#forgotten };
	}

	add(what: Omit<Removed, 'until'>, { restore, forget }: Pick<Removal, 'restore' | 'forget'>): void {
		for (const id of [...this.#removals.keys()].slice(0, Math.max(0, this.#removals.size - MAX_REMOVALS + 1))) {
			this.#forgotten += 1;
			this.#end(id);
		}
		const timer = setTimeout(() => this.#end(what.id), UNDO_MS).unref();
		this.#removals.set(what.id, { restore, forget, timer });
		const until = new Date(Date.now() + UNDO_MS).toISOString();
		this.state.removed.put(what.id, { ...what, until } satisfies Removed);
	}

	/** Throws not-found when it is too late, or the reason why it cannot come back now; then it can be retried. */
	async restore(id: string): Promise<void> {
		const removal = this.#removals.get(id);
		if (!removal) throw new StudioError('not-found', `nothing to undo: ${id} was not removed in the last ${UNDO_MS / 1000} s`);
		this.#removals.delete(id);
		try {
			await removal.restore();
		} catch (error) {
			this.#removals.set(id, removal);
			throw error;
		}
		clearTimeout(removal.timer);
		this.state.removed.remove(id);
	}

	#end(id: string): void {
		const removal = this.#removals.get(id);
		if (!removal) return;
		clearTimeout(removal.timer);
		this.#removals.delete(id);
		this.state.removed.remove(id);
		removal.forget();
	}
}
