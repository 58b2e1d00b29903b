import type { SystemHistory } from '../contract/health.js';
import { type Figure, type Group, groups } from './figures.js';

export const intervalMs = 5000;
const hour = 3_600_000;
/** A machine with more figures invents names; the rest is counted, not kept. */
const mostSeries = 200;

interface Series {
	group: Group;
	name: string;
	limit: number | null;
	/** By position in the ring; NaN where not measured. */
	values: Float64Array;
}

/** One hour of figures, in rings. */
export class History {
	#times: Float64Array;
	#series = new Map<string, Series>();
	#count = 0;
	/** Figures dropped for lack of room. */
	dropped = 0;

	constructor(readonly capacity = hour / intervalMs) {
		this.#times = new Float64Array(capacity);
	}

	add(at: number, figures: Figure[]): void {
		const position = this.#count % this.capacity;
		this.#times[position] = at;
		for (const { values } of this.#series.values()) values[position] = Number.NaN;
		for (const figure of figures) {
			const series = this.#seriesOf(figure);
			if (!series) continue;
			series.values[position] = figure.value;
			series.limit = figure.limit ?? null;
		}
		this.#count += 1;
	}

	/** All readings after `since` (ms since 1970), in order. */
	since(since: number): SystemHistory {
		const from = Math.max(0, this.#count - this.capacity);
		const all = Array.from({ length: this.#count - from }, (_, i) => (from + i) % this.capacity);
		const positions = all.filter((position) => this.#times[position]! > since);
		const rounded = (value: number) => (Number.isNaN(value) ? null : value);
		const series = [...this.#series.values()].map(({ group, name, limit, values }) => ({
			group,
			name,
			limit,
			values: positions.map((position) => rounded(values[position]!)),
		}));
		const measured = new Set(series.map(({ group }) => group));
		const missing = this.#count < 2 ? [] : Object.entries(groups).filter(([group]) => !measured.has(group as Group));
		return {
			intervalMs,
			groups: Object.entries(groups).map(([id, { label, unit }]) => ({ id, label, unit })),
			times: positions.map((position) => this.#times[position]!),
			series,
			notMeasured: missing.map(([, { missing }]) => missing),
		};
	}

	#seriesOf({ group, name }: Figure): Series | null {
		const key = `${group} ${name}`;
		const known = this.#series.get(key);
		if (known) return known;
		if (this.#series.size >= mostSeries) {
			this.dropped += 1;
			return null;
		}
		const made: Series = { group, name, limit: null, values: new Float64Array(this.capacity).fill(Number.NaN) };
		this.#series.set(key, made);
		return made;
	}
}
