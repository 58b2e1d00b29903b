import si from 'systeminformation';
import type { Figure, Probe } from './figures.js';

/** Memory and swap (systeminformation reads /proc/meminfo), and what the service itself holds. */
export class Memory implements Probe {
	async read(): Promise<Figure[]> {
		const { total, active, swaptotal, swapused } = await si.mem();
		const swap: Figure[] = swaptotal > 0 ? [{ group: 'memory', name: 'swap used', value: swapused }] : [];
		return [
			{ group: 'memory', name: 'used', value: active, limit: total },
			...swap,
			{ group: 'service', name: 'resident', value: process.memoryUsage.rss() },
		];
	}
}
