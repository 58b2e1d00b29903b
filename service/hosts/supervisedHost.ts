import { EventEmitter } from 'node:events';
import { setPriority } from 'node:os';
import type { Commanded } from '../../pipelines/commands.js';
import type { ElementEvent, StatsEvent } from '../../pipelines/events.js';
import type { HostRole } from '../../pipelines/protocol.js';
import { type FaultReport, faultText } from '../contract/faultKinds.js';
import type { Faults } from '../faults/faults.js';
import { backoffMs } from '../util/backoff.js';
import { messageOf } from '../util/errors.js';
import { firstEvent } from '../util/firstEvent.js';
import { Recent } from '../util/recent.js';
import type { HostPool } from './hostPool.js';
import type { HostProcess } from './hostProcess.js';
import { remedyFor } from './remedies.js';
import { processState } from './usage.js';

/** A host whose counters stand still for this long hangs, whatever its state says. */
const STALL_MS = 2_000;
/** A pipeline that takes longer to start is killed; the host itself gives up a little earlier. */
const START_MS = 12_000;
/** On an overloaded machine the program comes first; starting processes and viewers wait. */
const NICE: Partial<Record<HostRole, number>> = { mixer: -10, encoder: -10, source: -5 };
/**
 * How much memory a host may own, in MB: several times what a 4K picture takes. A host that grows beyond is ended before the
 * kernel ends another one instead.
 */
const MEMORY_MB = 1_500;
const RETRY = { firstMs: 100, capMs: 5_000 };
/** A host with this many failures a minute is held off. */
const HOLD_OFF = { failures: 5, windowMs: 60_000, pauseMs: 30_000 };
/** A host that ran this long has recovered: its next failure is mended at once. What keeps failing is held off anyway. */
const HEALTHY_MS = 5_000;

/** waiting: it failed and will be retried. stuck: it was killed but does not die. */
export type HostState = 'off' | 'starting' | 'running' | 'waiting' | 'held-off' | 'stuck';

export interface HostPlan {
	role: HostRole;
	name: string;
	/** The description, made for every start; its time counts as part of the start. */
	launch: () => string | Promise<string>;
	/**
	 * Reads from an event a number that grows while the host does its work; undefined when the event says nothing about it.
	 * Default: any event counts, which proves that the process runs.
	 */
	progress?: (event: ElementEvent) => number | undefined;
	/** False for a host that is not brought back when it ends (a recorder's part, a guest who left). */
	restart?: boolean;
	/** Failures in a minute after which it is held off. */
	holdOffFailures?: number;
	/** Pause after that; the default suits hosts that nothing on air waits for. */
	holdOffMs?: number;
	/** How long its counters may stand still; they come every 500 ms. */
	stallMs?: number;
}

/** The last figures of each element, by its name. */
export type ElementStats = Record<string, StatsEvent['data']>;

export interface SupervisedHostEvents {
	ready: [];
	event: [event: ElementEvent];
	/** GStreamer warned, or an element's event was unusable. */
	warning: [element: string, message: string];
	eos: [];
	/** The process ended without being asked to. */
	down: [reason: string];
}

/** Keeps one host alive: starts it, watches that it advances, kills what hangs, restarts with capped backoff and jitter. */
export class SupervisedHost extends EventEmitter<SupervisedHostEvents> {
	#process: HostProcess | undefined;
	#wanted = false;
	#ready = false;
	#startedAt = 0;
	#progress = Number.NEGATIVE_INFINITY;
	#progressAt = 0;
	#failures = new Recent(HOLD_OFF.windowMs);
	#attempt = 0;
	#retry: NodeJS.Timeout | undefined;
	#heldOff = false;
	#stuck = false;
	#lastFault: Extract<FaultReport, { code: 'host-restarted' | 'host-held-off' }> | undefined;
	/** Last counters by element, for /metrics and `stats`. */
	readonly stats: ElementStats = {};
	restarts = 0;

	constructor(
		readonly plan: HostPlan,
		private readonly pool: HostPool,
		private readonly faults: Faults,
	) {
		super();
	}

	get ready(): boolean {
		return this.#ready;
	}

	get pid(): number | undefined {
		return this.#process?.pid;
	}

	get state(): HostState {
		if (this.#stuck) return 'stuck';
		if (this.#process) return this.#ready ? 'running' : 'starting';
		return this.#wanted ? (this.#heldOff ? 'held-off' : 'waiting') : 'off';
	}

	/** Idempotent. */
	start(): void {
		if (this.#wanted) return;
		this.#wanted = true;
		this.#run();
	}

	/** Idempotent; resolves when no process is left. */
	async stop(): Promise<void> {
		this.#wanted = false;
		clearTimeout(this.#retry);
		this.#clearFaults();
		await this.#process?.stop();
	}

	/** True as soon as the pipeline plays, false when it does not within this time. */
	async whenReady(timeoutMs: number): Promise<boolean> {
		if (this.#ready) return true;
		return (await firstEvent(this, ['ready'], timeoutMs)) !== null;
	}

	command<E extends keyof Commanded>(element: E, command: Commanded[E]): void {
		this.#process?.command(element, command);
	}

	/** Another process takes over; this one's work is no longer needed. */
	replace(reason: string): void {
		this.#process?.kill(reason);
	}

	drain(): void {
		this.#process?.drain();
	}

	/** Time during which the service could not hear its hosts. */
	excuse(ms: number): void {
		this.#progressAt += ms;
		this.#startedAt += ms;
	}

	/** How much of the program its last failure cost, as others measured it; shown with the fault. */
	tellCost(lostMs: number): void {
		const fault = this.#lastFault;
		if (fault?.params) this.faults.amend({ ...fault, params: { ...fault.params, lostMs } } as FaultReport);
	}

	/** Called by the supervisor several times a second. */
	check(now: number): void {
		const host = this.#process;
		if (!host) return;
		const { stallMs = STALL_MS } = this.plan;
		if (this.#ready && now - this.#progressAt > stallMs) {
			this.#ready = false;
			host.kill(`not advancing for ${stallMs / 1000} s`);
		} else if (!this.#ready && now - this.#startedAt > START_MS) {
			host.kill(`not started within ${START_MS / 1000} s`);
		}
	}

	/** Called about once a second. */
	checkMemory(ownBytes: number): void {
		const mb = Math.round(ownBytes / 1e6);
		if (mb <= MEMORY_MB) return;
		this.#ready = false;
		this.#process?.kill(`used ${mb} MB of memory, more than the ${MEMORY_MB} MB a host may use: out of memory`);
	}

	#run(): void {
		const host = this.pool.take(this.plan.role);
		this.#heldOff = false;
		this.#process = host;
		this.#ready = false;
		this.#progress = Number.NEGATIVE_INFINITY;
		this.#startedAt = performance.now();
		host.on('ready', () => {
			this.#ready = true;
			this.#progressAt = performance.now();
			this.emit('ready');
		});
		host.on('event', (event) => this.#onEvent(event));
		host.on('warning', (element, message) => this.emit('warning', element, message));
		host.on('eos', () => this.emit('eos'));
		host.once('stuck', () => this.#onStuck(host));
		host.once('end', (reason) => this.#onEnd(reason));
		this.#prefer(host);
		void this.#launch(host);
	}

	/** The pipeline's threads inherit it. Without the permission (RLIMIT_NICE) all hosts are equal. */
	#prefer({ pid }: HostProcess): void {
		const nice = NICE[this.plan.role];
		if (nice === undefined || pid === undefined) return;
		try {
			setPriority(pid, nice);
		} catch {
			// Not permitted, or it has ended already.
		}
	}

	async #launch(host: HostProcess): Promise<void> {
		const { role, name, launch } = this.plan;
		try {
			host.start(role, name, await launch());
		} catch (error) {
			host.kill(`cannot be started: ${messageOf(error)}`);
		}
	}

	#onEvent(event: ElementEvent): void {
		if (event.event === 'stats') this.stats[event.element] = event.data;
		const progress = this.plan.progress ? this.plan.progress(event) : this.#progress + 1;
		if (progress !== undefined && (progress > this.#progress || !Number.isFinite(this.#progress))) {
			const now = performance.now();
			this.#progress = Number.isFinite(progress) ? progress : 0;
			this.#progressAt = now;
			if (this.#attempt > 0 && now - this.#startedAt > HEALTHY_MS) {
				this.#attempt = 0;
				this.#clearFaults();
			}
		}
		this.emit('event', event);
	}

	/** Not replaced while it lives: it may hold a device. Everything else goes on. */
	#onStuck({ pid }: HostProcess): void {
		this.#stuck = true;
		this.#ready = false;
		const params = { pid: pid ?? 0, state: processState(pid ?? 0) ?? 'unknown' };
		this.faults.raise({ code: 'host-stuck', subject: this.#subject, params });
		if (this.#wanted) this.emit('down', faultText({ code: 'host-stuck', params }).message);
	}

	#onEnd(reason: string | null): void {
		this.#process = undefined;
		const reported = this.#stuck;
		this.#stuck = false;
		this.faults.clear('host-stuck', this.#subject);
		this.#ready = false;
		for (const element of Object.keys(this.stats)) delete this.stats[element];
		if (!this.#wanted || reason === null) return;
		if (!reported) this.emit('down', reason);
		const { restart = true, holdOffFailures = HOLD_OFF.failures, holdOffMs = HOLD_OFF.pauseMs } = this.plan;
		if (!restart) {
			this.#wanted = false;
			return;
		}
		const now = performance.now();
		this.restarts += 1;
		const failures = this.#failures.add({ at: now }).length;
		const held = failures >= holdOffFailures;
		const failure = { reason, remedy: remedyFor(reason) };
		const params = { ...failure, failures, pauseS: holdOffMs / 1000 };
		const subject = this.#subject;
		this.#lastFault = held
			? { code: 'host-held-off', subject, params, was: 'host-restarted' }
			: { code: 'host-restarted', subject, params: failure, was: 'host-held-off' };
		this.faults.raise(this.#lastFault);
		this.#heldOff = held;
		// At once after the first failure.
		this.#retry = setTimeout(() => this.#run(), held ? holdOffMs : backoffMs(this.#attempt++, RETRY));
	}

	#clearFaults(): void {
		this.faults.clear('host-restarted', this.#subject);
		this.faults.clear('host-held-off', this.#subject);
	}

	get #subject(): string {
		return `${this.plan.role} ${this.plan.name}`;
	}
}
