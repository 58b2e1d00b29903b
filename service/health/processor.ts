import si from 'systeminformation';
import type { Figure, Probe } from './figures.js';
import type { MachineFiles } from './files.js';

const cpufreq = '/sys/devices/system/cpu/cpufreq';
const cooling = '/sys/class/thermal';
/** Cooling by slowing down. A running fan is not throttling. */
const slowsDown = /cpu|processor|gpu|npu|devfreq|ddr/i;

/** Load of all cores and of each. systeminformation takes 1 ms for it and starts no process. */
export class ProcessorLoad implements Probe {
	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		const { currentLoad, cpus } = await si.currentLoad();
		const cores = cpus.map(({ load }, core) => ({ group: 'cpu' as const, name: `core ${core}`, value: tenth(load) }));
		const [oneMinute] = ((await this.files.text('/proc/loadavg')) ?? '').split(' ');
		const load: Figure[] = oneMinute
			? [{ group: 'load', name: '1 minute', value: Number(oneMinute), limit: cpus.length * 2 }]
			: [];
		return [{ group: 'cpu', name: 'all cores', value: tenth(currentLoad), limit: 90 }, ...cores, ...load];
	}
}

/** Clock of each cluster, and how far it is throttled, by its driver or as cooling of a thermal zone. */
export class ProcessorClock implements Probe {
	#policies: string[] | null = null;
	#coolers: { path: string; name: string; most: number }[] | null = null;
	/** The highest limit seen: a permanently lower clock is not throttling. */
	#highest = new Map<string, number>();

	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		this.#policies ??= await this.files.names(cpufreq, /^policy\d+$/);
		this.#coolers ??= await this.#findCoolers();
		const policies = await Promise.all(this.#policies.map((policy) => this.#policy(policy)));
		const coolers = await Promise.all(
			this.#coolers.map(async ({ path, name, most }): Promise<Figure[]> => {
				const step = await this.files.number(`${path}/cur_state`);
				return step === null ? [] : [{ group: 'throttle', name, value: tenth((step / most) * 100), limit: 0 }];
			}),
		);
		return [...policies, ...coolers].flat();
	}

	async #policy(policy: string): Promise<Figure[]> {
		const kHz = (file: string) => this.files.number(`${cpufreq}/${policy}/${file}`);
		const [current, allowed] = await Promise.all([kHz('scaling_cur_freq'), kHz('scaling_max_freq')]);
		const figures: Figure[] = [];
		if (current !== null) figures.push({ group: 'frequency', name: policy, value: Math.round(current / 1000) });
		if (allowed === null || allowed === 0) return figures;
		const highest = Math.max(allowed, this.#highest.get(policy) ?? 0);
		this.#highest.set(policy, highest);
		figures.push({ group: 'throttle', name: policy, value: tenth((1 - allowed / highest) * 100), limit: 0 });
		return figures;
	}

	async #findCoolers(): Promise<{ path: string; name: string; most: number }[]> {
		const names = await this.files.names(cooling, /^cooling_device\d+$/);
		const found = names.map(async (name) => {
			const path = `${cooling}/${name}`;
			const [type, most] = await Promise.all([this.files.text(`${path}/type`), this.files.number(`${path}/max_state`)]);
			return type !== null && slowsDown.test(type) && most ? [{ path, name: `${type} ${name.slice(14)}`, most }] : [];
		});
		return (await Promise.all(found)).flat();
	}
}

function tenth(value: number): number {
	return Math.round(value * 10) / 10;
}
