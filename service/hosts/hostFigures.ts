import type { Supervisor } from './supervisor.js';

const INTERVAL_MS = 1_000;

/** What every process uses and counts, once a second. */
export class HostFigures {
	#listeners = new Set<(hosts: Record<string, unknown>) => void>();
	#timer: NodeJS.Timeout | undefined;

	constructor(private readonly supervisor: Supervisor) {}

	/** By `role name`. */
	get current(): Record<string, unknown> {
		return this.supervisor.stats();
	}

	/** Calls `listener` once a second until the returned function is called. */
	on(listener: (hosts: Record<string, unknown>) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	start(): void {
		this.#timer = setInterval(() => {
			this.supervisor.measure();
			const hosts = this.current;
			for (const listener of this.#listeners) listener(hosts);
		}, INTERVAL_MS);
	}

	stop(): void {
		clearInterval(this.#timer);
	}
}
