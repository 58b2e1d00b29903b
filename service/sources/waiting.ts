import type { Faults } from '../faults/faults.js';
import { StudioError } from '../util/errors.js';

interface Waiting {
	label: string;
	enter: () => void;
}

/** Inputs and guests for whom the mixer has no input left: each comes in as soon as one is free. */
export class WaitingInputs {
	#waiting = new Map<string, Waiting>();

	constructor(private readonly faults: Pick<Faults, 'raise' | 'clear'>) {}

	/** `enter` takes a slot of the mixer; when there is none, it is tried again later and the fault says so. */
	admit(id: string, label: string, enter: () => void): void {
		try {
			enter();
			this.forget(id);
		} catch (error) {
			if (!(error instanceof StudioError && error.code === 'no-slot')) throw error;
			if (!this.#waiting.has(id)) this.faults.raise({ code: 'no-slot', subject: id, params: { label } });
			this.#waiting.set(id, { label, enter });
		}
	}

	/** A slot may be free. */
	retry(): void {
		for (const [id, { label, enter }] of [...this.#waiting]) this.admit(id, label, enter);
	}

	/** It does not want in any more. */
	forget(id: string): void {
		if (this.#waiting.delete(id)) this.faults.clear('no-slot', id);
	}

	get ids(): string[] {
		return [...this.#waiting.keys()];
	}
}
