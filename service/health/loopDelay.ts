import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Figure, Probe } from './figures.js';

const resolutionMs = 20;
/** Operators notice more than this. */
const limitMs = 100;

/** How late the service's event loop was since the last reading. */
export class LoopDelay implements Probe {
	#histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });

	start(): void {
		this.#histogram.enable();
	}

	stop(): void {
		this.#histogram.disable();
	}

	async read(): Promise<Figure[]> {
		if (this.#histogram.count === 0) return [];
		// The histogram measures from timer to timer: subtract the period.
		const late = (p: number) => Math.round(Math.max(0, this.#histogram.percentile(p) / 1e6 - resolutionMs) * 10) / 10;
		const figures: Figure[] = [
			{ group: 'loopDelay', name: 'p50', value: late(50) },
			{ group: 'loopDelay', name: 'p99', value: late(99), limit: limitMs },
		];
		this.#histogram.reset();
		return figures;
	}
}
