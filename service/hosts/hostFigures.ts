import type { HostStats, Supervisor } from './supervisor.js';

const INTERVAL_MS = 1_000;

/** By `role name`. */
export type HostsStats = Record<string, HostStats>;

/** What every process uses and counts, once a second. */
export class HostFigures {
	#listeners = new Set<(hosts: HostsStats) => void>();
	#timer: NodeJS.Timeout | undefined;

	constructor(private readonly supervisor: Supervisor) {}

	get current(): HostsStats {
		return this.supervisor.stats();
	}

	/** Calls `listener` once a second until the returned function is called. */
	on(listener: (hosts: HostsStats) => void): () => void {
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
