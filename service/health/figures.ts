/** What is measured: each group is a chart in the panel and a gauge in /metrics. */
export const groups = {
	cpu: { label: 'Processor', unit: '%', missing: 'processor load' },
	load: { label: 'Load average', unit: '', missing: 'load average' },
	frequency: { label: 'Processor clock', unit: 'MHz', missing: 'processor clock (no cpufreq driver)' },
	throttle: { label: 'Throttling', unit: '%', missing: 'throttling (neither cpufreq nor thermal cooling)' },
	temperature: { label: 'Temperature', unit: '°C', missing: 'temperature (no sensor known to the kernel)' },
	memory: { label: 'Memory', unit: 'bytes', missing: 'memory' },
	diskFree: { label: 'Disk space left', unit: 'bytes', missing: 'disk space' },
	diskWrite: { label: 'Disk writes', unit: 'bytes/s', missing: 'disk writes (device unknown)' },
	diskLatency: { label: 'Write latency', unit: 'ms', missing: 'write latency' },
	diskErrors: { label: 'Disk errors', unit: 'in the last hour', missing: 'disk errors (not counted by the driver)' },
	network: { label: 'Network', unit: 'kbit/s', missing: 'network traffic' },
	networkErrors: { label: 'Network errors', unit: '/s', missing: 'network errors' },
	linkSpeed: { label: 'Link speed', unit: 'Mbit/s', missing: 'link speed (not reported by the driver)' },
	interrupts: { label: 'Interrupts', unit: '/s', missing: 'interrupts' },
	loopDelay: { label: 'Service latency', unit: 'ms', missing: 'service latency' },
	service: { label: 'Service memory', unit: 'bytes', missing: 'service memory' },
	clock: { label: 'Clock synchronised', unit: '', missing: 'clock synchronisation (unknown to timedatectl)' },
} as const;
export type Group = keyof typeof groups;

export interface Figure {
	group: Group;
	/** A core, sensor or interface. */
	name: string;
	value: number;
	/** Above this something is wrong; marked in the chart. */
	limit?: number;
}

/** One kind of measurement. What cannot be measured gives no figure: missing is never 0. */
export interface Probe {
	read(): Promise<Figure[]>;
}

/** Seconds since the last call; null on the first. */
export class Interval {
	#last: number | null = null;

	next(now = performance.now()): number | null {
		const seconds = this.#last === null ? null : (now - this.#last) / 1000;
		this.#last = now;
		return seconds !== null && seconds > 0 ? seconds : null;
	}
}
