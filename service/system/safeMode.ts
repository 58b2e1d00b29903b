import type { System } from '../contract/system.js';
import type { Faults } from '../faults/faults.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { BootGuard } from './bootGuard.js';

export interface SafeModeOptions {
	guard: BootGuard;
	state: LiveState;
	faults: Pick<Faults, 'raise' | 'clear'>;
	/** The inputs, off in safe mode. */
	inputs: { on(): void; off(): void };
}

/** After three crashed starts the show runs without inputs until a technician starts them. */
export class SafeMode {
	readonly #publish: (safeMode: boolean) => void;

	constructor(private readonly o: SafeModeOptions) {
		this.#publish = o.state.own('safeMode');
	}

	get current(): boolean {
		return this.o.state.current.system.safeMode;
	}

	/** Decides whether this start is in safe mode. */
	restore(): void {
		this.#publish(this.o.guard.begin());
	}

	start(): void {
		if (!this.current) {
			this.o.inputs.on();
			return;
		}
		this.o.inputs.off();
		this.o.faults.raise({ code: 'safe-mode', subject: 'service' });
	}

	/** Starts the inputs. Throws `conflict` outside safe mode. */
	leave(): System {
		const { state, faults, guard, inputs } = this.o;
		if (!this.current) throw new StudioError('conflict', 'the studio is not in safe mode');
		this.#publish(false);
		faults.clear('safe-mode', 'service');
		guard.retry();
		inputs.on();
		return state.current.system;
	}
}
