import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Figure, Probe } from './figures.js';

const resolutionMs = 20;
/** Beyond it, operators feel it. */
const limitMs = 100;

/** How late the event loop of the service was since the last reading. */
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
		// It measures from one timer to the next, so the period is taken off.
		const late = (p: number) => Math.round(Math.max(0, this.#histogram.percentile(p) / 1e6 - resolutionMs) * 10) / 10;
		const figures: Figure[] = [
			{ group: 'loopDelay', name: 'p50', value: late(50) },
			{ group: 'loopDelay', name: 'p99', value: late(99), limit: limitMs },
		];
		this.#histogram.reset();
		return figures;
	}
}
