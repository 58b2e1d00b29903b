import type { Faults } from '../faults/faults.js';
import type { Log } from '../util/log.js';
import { HostPool } from './hostPool.js';
import type { HostProcess } from './hostProcess.js';
import { type ElementStats, type HostPlan, type HostState, SupervisedHost } from './supervisedHost.js';
import { type Usage, UsageMeter } from './usage.js';

const CHECK_INTERVAL_MS = 250;

export interface HostStats extends Usage {
	pid: number | null;
	state: HostState;
	ready: boolean;
	restarts: number;
	elements: ElementStats;
}

/** Owns every host process of the service. */
export class Supervisor {
	#hosts = new Map<string, SupervisedHost>();
	#pool: HostPool;
	#meter = new UsageMeter();
	#usage = new Map<number, Usage>();
	#timer: NodeJS.Timeout | undefined;

	constructor(
		env: NodeJS.ProcessEnv,
		private readonly faults: Faults,
		private readonly log: Log,
		/** A host with this many failures a minute is held off. */
		private readonly holdOffFailures?: number,
	) {
		this.#pool = new HostPool(env, log);
	}

	/** Gets the first process ready while the service does something else. */
	warm(): Promise<void> {
		return this.#pool.warm();
	}

	start(): void {
		let last = performance.now();
		this.#timer = setInterval(() => {
			const now = performance.now();
			// While the service itself is held up it does not hear its hosts: that time does not count against them.
			const heldUpMs = now - last - CHECK_INTERVAL_MS;
			last = now;
			for (const host of this.#hosts.values()) {
				if (heldUpMs > CHECK_INTERVAL_MS) host.excuse(heldUpMs);
				host.check(now);
			}
		}, CHECK_INTERVAL_MS);
	}

	/** Stops every host; resolves when none is left. */
	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await Promise.all([...[...this.#hosts.values()].map((host) => host.stop()), this.#pool.close()]);
		this.#hosts.clear();
	}

	/** Makes a host; it runs from `start()` on. Its name is unique within its role. */
	add(plan: HostPlan): SupervisedHost {
		const key = `${plan.role} ${plan.name}`;
		if (this.#hosts.has(key)) throw new Error(`there is already a host ${key}`);
		const host = new SupervisedHost({ holdOffFailures: this.holdOffFailures, ...plan }, this.#pool, this.faults);
		this.#hosts.set(key, host);
		host.on('warning', (element, message) => this.log.onceASecond(`${key} ${element}`).warn({ host: key, element }, message));
		host.on('down', (reason) => this.log.warn({ host: key, reason }, 'host down'));
		return host;
	}

	/** A process that is neither watched nor restarted, for trying something out. */
	process(): HostProcess {
		return this.#pool.take();
	}

	/** Stops and forgets a host. */
	async remove(host: SupervisedHost): Promise<void> {
		const key = `${host.plan.role} ${host.plan.name}`;
		if (this.#hosts.get(key) === host) this.#hosts.delete(key);
		await host.stop();
	}

	/** Reads what the processes use; about once a second. */
	measure(): void {
		this.#usage = this.#meter.read([...this.#hosts.values()].flatMap(({ pid }) => pid ?? []));
		for (const host of this.#hosts.values()) host.checkMemory(this.#usage.get(host.pid ?? 0)?.ownBytes ?? 0);
	}

	/** Counters of every host by `role name`. */
	stats(): Record<string, HostStats> {
		const all: Record<string, HostStats> = {};
		for (const [key, { pid = null, state, ready, restarts, stats }] of this.#hosts) {
			const { cpuPct = null, rssBytes = null, ownBytes = null } = this.#usage.get(pid ?? 0) ?? {};
			all[key] = { pid, state, ready, restarts, cpuPct, rssBytes, ownBytes, elements: stats };
		}
		return all;
	}
}
