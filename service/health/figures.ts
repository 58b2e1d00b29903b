/** What is measured of the machine: each group is a chart of the panel and a gauge of /metrics. */
export const groups = {
	cpu: { label: 'Processor', unit: '%', missing: 'the load of the cores' },
	load: { label: 'Load average', unit: '', missing: 'the load average' },
	frequency: { label: 'Processor clock', unit: 'MHz', missing: 'the clock of the processor (no cpufreq driver)' },
	throttle: { label: 'Throttling', unit: '%', missing: 'throttling (neither cpufreq nor thermal cooling)' },
	temperature: { label: 'Temperature', unit: '°C', missing: 'the temperature (no sensor that the kernel knows)' },
	memory: { label: 'Memory', unit: 'bytes', missing: 'the memory' },
	diskFree: { label: 'Disk left', unit: 'bytes', missing: 'the space of the disk' },
	diskWrite: { label: 'Disk writes', unit: 'bytes/s', missing: 'the writes of the disk (its device is not known)' },
	diskLatency: { label: 'Time of a write', unit: 'ms', missing: 'the time that writes take' },
	diskErrors: { label: 'Disk errors', unit: 'in the last hour', missing: 'errors of the disk (its driver does not count them)' },
	network: { label: 'Network', unit: 'kbit/s', missing: 'the traffic of the network' },
	networkErrors: { label: 'Network errors', unit: '/s', missing: 'errors of the network' },
	linkSpeed: { label: 'Link speed', unit: 'Mbit/s', missing: 'the speed of the link (the driver does not tell)' },
	interrupts: { label: 'Interrupts', unit: '/s', missing: 'the interrupts' },
	loopDelay: { label: 'Delay of the service', unit: 'ms', missing: 'the delay of the service' },
	service: { label: 'Memory of the service', unit: 'bytes', missing: 'the memory of the service' },
	clock: { label: 'Clock synchronised', unit: '', missing: 'whether the clock is synchronised (timedatectl does not tell)' },
} as const;
export type Group = keyof typeof groups;

export interface Figure {
	group: Group;
	/** What it is of: a core, a sensor, an interface. */
	name: string;
	value: number;
	/** Beyond it something is wrong; marked in the chart. */
	limit?: number;
}

/** One kind of thing that is measured. What cannot be measured gives no figure: missing is never 0. */
export interface Probe {
	read(): Promise<Figure[]>;
}

/** Seconds since the last call; null on the first, which has nothing to compare with. */
export class Interval {
	#last: number | null = null;

	next(now = performance.now()): number | null {
		const seconds = this.#last === null ? null : (now - this.#last) / 1000;
		this.#last = now;
		return seconds !== null && seconds > 0 ? seconds : null;
	}
}
