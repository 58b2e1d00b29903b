import { totalmem } from 'node:os';
import type { Faults } from '../faults/faults.js';
import type { LiveState } from '../state/state.js';
import { messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { within } from '../util/within.js';
import { Clock } from './clock.js';
import { Disk } from './disk.js';
import type { Figure, Probe } from './figures.js';
import { MachineFiles } from './files.js';
import { History, intervalMs } from './history.js';
import { Interfaces } from './interfaces.js';
import { Interrupts } from './interrupts.js';
import { LoopDelay } from './loopDelay.js';
import { Memory } from './memory.js';
import { ProcessorClock, ProcessorLoad } from './processor.js';
import { RecordingRate } from './recordingRate.js';
import { StoppedRecordings } from './stopped.js';
import { Temperatures } from './temperatures.js';
import { Watch } from './watch.js';

export interface HealthOptions {
	dataDir: string;
	state: LiveState;
	faults: Pick<Faults, 'raise' | 'amend' | 'clear'>;
	log: Log;
	onAir: () => boolean;
	/** Root of /proc, /sys and /run; another one simulates a machine. */
	root?: string;
}

/** A probe held up by a driver is skipped; the others go on. */
const probeTimeoutMs = 2000;

/** The parts of the state measured here. */
function ownedBy(state: LiveState) {
	return {
		cpuPct: state.own('cpuPct'),
		memoryBytes: state.own('memoryBytes'),
		temperatureC: state.own('temperatureC'),
		disk: state.own('disk'),
	};
}

/** The machine's health: measured every 5 s, kept for an hour, raised as faults. */
export class Health {
	readonly history = new History();
	/** The last reading. */
	figures: readonly Figure[] = [];
	readonly dataDir: string;
	#probes: Record<string, Probe>;
	readonly #state: ReturnType<typeof ownedBy>;
	#busy = new Set<string>();
	#loop = new LoopDelay();
	#rate = new RecordingRate();
	#stopped = new StoppedRecordings();
	#watch: Watch;
	#timer: NodeJS.Timeout | undefined;
	#startedAt: number | null = null;
	#unfollow: (() => void) | undefined;
	#lastRate: number | null = null;

	constructor(private readonly o: HealthOptions) {
		this.dataDir = o.dataDir;
		this.#state = ownedBy(o.state);
		const files = new MachineFiles(o.root);
		this.#watch = new Watch(o.faults);
		this.#probes = {
			load: new ProcessorLoad(files),
			clock: new ProcessorClock(files),
			temperature: new Temperatures(files),
			memory: new Memory(),
			disk: new Disk(files, o.dataDir),
			network: new Interfaces(files),
			interrupts: new Interrupts(files),
			time: new Clock(files),
			loop: this.#loop,
		};
	}

	/** Adds a probe. */
	add(name: string, probe: Probe): void {
		this.#probes[name] = probe;
	}

	/** Idempotent. */
	start(): void {
		if (this.#startedAt !== null) return;
		this.#startedAt = performance.now();
		this.#loop.start();
		// A recording that stops by itself is raised at once, not with the next reading.
		this.#unfollow = this.o.state.onChange((_seq, changes) => {
			if (changes.some(([path]) => /^recordings\.[^.]+\.state$/.test(path))) this.#look(this.#lastRate);
		});
		void this.#round();
	}

	stop(): void {
		this.#startedAt = null;
		this.#loop.stop();
		this.#unfollow?.();
		clearTimeout(this.#timer);
	}

	/** One reading of everything; bounded. */
	async read(): Promise<void> {
		const figures = await Promise.all(Object.entries(this.#probes).map(([name, probe]) => this.#bounded(name, probe)));
		this.figures = figures.flat();
		this.history.add(Date.now(), this.figures as Figure[]);
		this.#publish();
		this.#look(this.#rate.read(this.o.state.current));
	}

	#look(recordingRate: number | null): void {
		const { state, onAir } = this.o;
		this.#lastRate = recordingRate;
		this.#watch.look({
			figures: this.figures,
			state: state.current,
			onAir: onAir(),
			runningMs: performance.now() - (this.#startedAt ?? performance.now()),
			recordingRate,
			totalMemory: totalmem(),
			stopped: this.#stopped.read(state.current),
		});
	}

	async #round(): Promise<void> {
		const begun = performance.now();
		await this.read();
		if (this.#startedAt === null) return;
		// Rates over too short a time mean nothing.
		const wait = Math.max(intervalMs / 2, intervalMs - (performance.now() - begun));
		this.#timer = setTimeout(() => void this.#round(), wait).unref();
	}

	async #bounded(name: string, probe: Probe): Promise<Figure[]> {
		if (this.#busy.has(name)) return [];
		this.#busy.add(name);
		const reading = probe.read().finally(() => this.#busy.delete(name));
		try {
			return await within(reading, probeTimeoutMs, () => {
				throw new Error(`no answer within ${probeTimeoutMs} ms`);
			});
		} catch (error) {
			this.o.log.onceASecond(`probe ${name}`).warn({ probe: name }, `cannot measure ${name}: ${messageOf(error)}`);
			return [];
		}
	}

	/** The figures that are part of the state. */
	#publish(): void {
		const { dataDir } = this.o;
		const value = (group: Figure['group'], name: string) =>
			this.figures.find((figure) => figure.group === group && figure.name === name)?.value ?? null;
		const hottest = this.figures.filter(({ group }) => group === 'temperature').map((figure) => figure.value);
		const [freeBytes, totalBytes] = [value('diskFree', 'left'), value('diskFree', 'size')];
		this.#state.cpuPct(value('cpu', 'all cores'));
		this.#state.memoryBytes(value('memory', 'used'));
		this.#state.temperatureC(hottest.length > 0 ? Math.max(...hottest) : null);
		this.#state.disk(freeBytes === null ? null : { path: dataDir, freeBytes, totalBytes: totalBytes! });
	}
}
