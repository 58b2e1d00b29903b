import { z } from 'zod';
import type { Settings } from '../store/settings.js';

/** After this many starts in a row that crashed within two minutes the inputs stay off. */
const MAX_CRASHES = 3;
export const GOOD_MS = 120_000;

const schema = z.object({ crashes: z.number().int(), running: z.boolean() });

/** Counts crashed starts, so that a device that crashes the service does not do so forever. */
export class BootGuard {
	#crashes = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly settings: Settings,
		private readonly goodMs = GOOD_MS,
	) {}

	/** Call once, before anything that may crash. True: start in safe mode. */
	begin(): boolean {
		const last = this.settings.get('boot', schema);
		// A run that stopped cleanly, or lasted, left `running` false.
		this.#count(last?.running ? last.crashes + 1 : 0);
		return this.#crashes >= MAX_CRASHES;
	}

	/** This run was good: it lasted, or was stopped cleanly. */
	reset(): void {
		clearTimeout(this.#timer);
		this.#crashes = 0;
		this.#save(false);
	}

	/** A technician starts the inputs again: counts as the first attempt. */
	retry(): void {
		this.#count(0);
	}

	#count(crashes: number): void {
		clearTimeout(this.#timer);
		this.#crashes = crashes;
		this.#save(true);
		this.#timer = setTimeout(() => this.reset(), this.goodMs);
		this.#timer.unref();
	}

	#save(running: boolean): void {
		this.settings.set('boot', { crashes: this.#crashes, running });
	}
}
