import type { LiveState } from '../state/state.js';
import type { SourceKind } from './kinds.js';
import type { Sources } from './sources.js';

/** The inputs of the show as one: all on, or all off in safe mode. */
export class Inputs {
	#off = false;

	constructor(private readonly o: { state: LiveState; sources: Sources; kinds: readonly SourceKind[] }) {}

	/** Restores those that existed when the service ended. */
	restore(): void {
		for (const kind of this.o.kinds) kind.restore();
	}

	on(): void {
		const { sources, kinds } = this.o;
		if (this.#off) for (const id of this.#ids()) sources.connect(id);
		this.#off = false;
		void sources.start();
		for (const kind of kinds) kind.start?.();
	}

	off(): void {
		this.#off = true;
		for (const id of this.#ids()) {
			this.o.sources.disconnect(id);
			this.o.sources.setState(id, 'off');
		}
	}

	/** From here on no input starts. */
	stop(): void {
		for (const kind of this.o.kinds) kind.stop?.();
		this.o.sources.stop();
	}

	#ids(): string[] {
		return Object.keys(this.o.state.current.sources);
	}
}
