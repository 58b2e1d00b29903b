import { type Figure, Interval, type Probe } from './figures.js';
import type { MachineFiles } from './files.js';

const most = 8;

interface Counters {
	rxBytes: number;
	txBytes: number;
	errors: number;
}

/** Traffic, errors and link speed of each network interface, from /proc/net/dev. Unused interfaces are omitted. */
export class Interfaces implements Probe {
	#interval = new Interval();
	#before = new Map<string, Counters>();

	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		const now = parse((await this.files.text('/proc/net/dev')) ?? '');
		const seconds = this.#interval.next();
		const before = this.#before;
		this.#before = now;
		const figures: Figure[] = [];
		for (const [name, counters] of now) {
			const speed = await this.files.number(`/sys/class/net/${name}/speed`);
			// −1: unknown to the driver, or no link.
			if (speed !== null && speed > 0) figures.push({ group: 'linkSpeed', name, value: speed });
			const last = before.get(name);
			if (!last || seconds === null) continue;
			const rate = (key: keyof Counters) => Math.max(0, counters[key] - last[key]) / seconds;
			figures.push({ group: 'network', name: `${name} in`, value: Math.round((rate('rxBytes') * 8) / 1000) });
			figures.push({ group: 'network', name: `${name} out`, value: Math.round((rate('txBytes') * 8) / 1000) });
			figures.push({ group: 'networkErrors', name, value: Math.round(rate('errors') * 10) / 10, limit: 0 });
		}
		return figures;
	}
}

/** Fields after the name: received bytes, packets, errs, drop …, and from the ninth on the same for sent (proc_pid_net(5)). */
function parse(text: string): Map<string, Counters> {
	const all = new Map<string, Counters>();
	for (const line of text.split('\n').slice(2)) {
		const [name = '', rest = ''] = line.split(':', 2);
		const fields = rest.trim().split(/\s+/).map(Number);
		const [rxBytes = 0, txBytes = 0] = [fields[0], fields[8]];
		if (name.trim() === 'lo' || rxBytes + txBytes === 0 || all.size >= most) continue;
		all.set(name.trim(), { rxBytes, txBytes, errors: (fields[2] ?? 0) + (fields[10] ?? 0) });
	}
	return all;
}
