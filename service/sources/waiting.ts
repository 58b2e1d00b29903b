import type { Faults } from '../faults/faults.js';
import { StudioError } from '../util/errors.js';

interface Waiting {
	label: string;
	enter: () => void;
}

/** Inputs and guests without a mixer input: each comes in as soon as one is free. */
export class WaitingInputs {
	#waiting = new Map<string, Waiting>();

	constructor(private readonly faults: Pick<Faults, 'raise' | 'clear'>) {}

	/** `enter` takes a slot of the mixer; if there is none, a fault is raised and it is retried later. */
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

	/** It no longer needs a slot. */
	forget(id: string): void {
		if (this.#waiting.delete(id)) this.faults.clear('no-slot', id);
	}

	get ids(): string[] {
		return [...this.#waiting.keys()];
	}
}
