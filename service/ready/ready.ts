import type { Certificates } from '../access/certificates.js';
import { type Check, type CheckStatus, type Finding, type Ready, type ShowPlan, showPlanSchema } from '../contract/ready.js';
import type { Target } from '../contract/targets.js';
import type { Health } from '../health/health.js';
import type { HostFigures } from '../hosts/hostFigures.js';
import type { ProgramLevels } from '../mixer/levels.js';
import type { LiveState } from '../state/state.js';
import type { Settings } from '../store/settings.js';
import type { Targets } from '../targets/targets.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import { testDisk } from './diskTest.js';
import type { Facts, MachineFacts, Tested } from './facts.js';
import { guestChecks } from './guests.js';
import { inputChecks } from './inputs.js';
import { machineChecks } from './machine.js';
import { Movements } from './movements.js';
import { outputChecks } from './outputs.js';
import { recordingChecks, recordingKbps } from './recording.js';
import { soundChecks } from './sound.js';
import { studioChecks } from './studio.js';

/** A strip without sound for this long is silent. */
const QUIET_MS = 30_000;
/** Of sources, removed ones included. */
const heardKept = 64;
/** Anything quieter is noise. */
const heardAboveDb = -60;

export interface ReadyOptions {
	state: LiveState;
	onAir: { readonly now: boolean };
	health: Pick<Health, 'figures'>;
	levels: Pick<ProgramLevels, 'on'>;
	figures: Pick<HostFigures, 'on'>;
	settings: Settings;
	certificates: Certificates;
	targets: Pick<Targets, 'test'>;
	quietMs?: number;
}

/** Whether the show can begin: what is measured continuously, and what is tested on request. */
export class ReadyCheck {
	readonly #movements = new Movements();
	readonly #heardAt = new BoundedMap<string, number>(heardKept);
	/** With the tested address: a result for another address does not count. */
	readonly #tested = new Map<string, Tested & { of: string }>();
	#listeningSince = performance.now();
	#test: Ready['test'] = { running: false, done: 0, total: 0, finishedAt: null };
	#stop: (() => void)[] = [];

	readonly #publishPlan: (plan: ShowPlan) => void;

	constructor(private readonly o: ReadyOptions) {
		this.#publishPlan = o.state.own('plan');
	}

	get tables(): Tables {
		return { 'sources that were heard': this.#heardAt };
	}

	start(): void {
		const { figures, levels, settings } = this.o;
		const plan = settings.get('showPlan', showPlanSchema);
		if (plan) this.#publishPlan(plan);
		this.#listeningSince = performance.now();
		this.#stop = [
			figures.on((hosts) => this.#movements.read(hosts)),
			levels.on((levels) => {
				const now = performance.now();
				for (const [id, [left, right]] of Object.entries(levels))
					if (Math.max(left, right) > heardAboveDb) this.#heardAt.set(id, now);
			}),
		];
	}

	stop(): void {
		for (const stop of this.#stop) stop();
	}

	setPlan(plan: ShowPlan): ShowPlan {
		this.#publishPlan(plan);
		this.o.settings.set('showPlan', plan);
		return plan;
	}

	report(): Ready {
		const facts = this.#facts();
		const checks = [studioChecks, inputChecks, soundChecks, guestChecks, recordingChecks, outputChecks, machineChecks].flatMap(
			(checksOf): Check[] => checksOf(facts),
		);
		const counts = { ok: 0, warn: 0, fail: 0, off: 0 } satisfies Record<CheckStatus, number>;
		for (const { status } of checks) counts[status] += 1;
		return {
			at: facts.now.toISOString(),
			status: counts.fail > 0 ? 'fail' : counts.warn > 0 ? 'warn' : 'ok',
			counts,
			plan: facts.state.system.plan,
			test: this.#test,
			checks,
		};
	}

	/** Starts the active tests, unless they are running. Progress and results are in the report. */
	test(): void {
		if (this.#test.running) return;
		const { state } = this.o;
		const { targets, system } = state.current;
		const jobs: { id: string; of: string; run: () => Promise<Finding> }[] = [
			{ id: 'disk-write', of: '', run: () => testDisk(system.disk?.path, recordingKbps(state.current)) },
			...Object.values(targets).map((target) => ({
				id: `target-${target.id}`,
				of: placeOf(target),
				run: () => this.o.targets.test(target),
			})),
		];
		this.#tested.clear();
		this.#test = { running: true, done: 0, total: jobs.length, finishedAt: null };
		const all = jobs.map(async ({ id, of, run }) => {
			const found = await run();
			this.#tested.set(id, { ...found, of, at: new Date().toISOString() });
			this.#test = { ...this.#test, done: this.#test.done + 1 };
		});
		void Promise.allSettled(all).then(() => {
			this.#test = { ...this.#test, running: false, finishedAt: new Date().toISOString() };
		});
	}

	#machine(): MachineFacts {
		const { state, health } = this.o;
		const synchronised = health.figures.find(({ group }) => group === 'clock');
		return {
			temperatureC: state.current.system.temperatureC,
			clockSynchronised: synchronised ? synchronised.value === 1 : null,
		};
	}

	#facts(): Facts {
		const { certificates, onAir } = this.o;
		const state = this.o.state.current;
		const now = performance.now();
		return {
			state,
			onAir: onAir.now,
			movement: (id) => {
				const slot = state.sources[id]?.slot;
				return slot === undefined ? null : this.#movements.of(slot, now);
			},
			heardMs: (strip) => {
				const at = this.#heardAt.get(strip);
				return at === undefined ? null : now - at;
			},
			listeningMs: now - this.#listeningSince,
			quietMs: this.o.quietMs ?? QUIET_MS,
			tested: (id) => {
				const found = this.#tested.get(id);
				const target = state.targets[id.replace(/^target-/, '')];
				return found && found.of === (target ? placeOf(target) : '') ? found : null;
			},
			certificates: certificates.info,
			machine: this.#machine(),
			now: new Date(),
		};
	}
}

/** What a test of a target was about: all but its name and how it is just now. */
function placeOf(target: Target): string {
	const { label, enabled, state, packets, bytes, kbps, lastError, ...place } = target;
	return JSON.stringify(place);
}
