import type { SystemHistory } from '../../../service/contract/health.js';

const hourMs = 3_600_000;

export interface Curve {
	name: string;
	limit: number | null;
	/** One per entry in `times`; null: not measured. */
	values: (number | null)[];
}

/** The last hour of measurements, assembled from responses that each bring only what is new. */
export class Readings {
	times: number[] = [];
	notMeasured: string[] = [];
	intervalMs = 5000;
	#groups = new Map<string, { label: string; unit: string; curves: Map<string, Curve> }>();

	/** Where the next request starts. */
	get since(): number {
		return this.times.at(-1) ?? 0;
	}

	add(history: SystemHistory): void {
		const before = this.times.length;
		this.notMeasured = history.notMeasured;
		this.intervalMs = history.intervalMs;
		for (const { id, label, unit } of history.groups)
			if (!this.#groups.has(id)) this.#groups.set(id, { label, unit, curves: new Map() });
		this.times.push(...history.times);
		for (const { group, name, limit, values } of history.series) {
			const { curves } = this.#groups.get(group)!;
			const curve = curves.get(name) ?? { name, limit, values: new Array(before).fill(null) };
			curve.limit = limit;
			curve.values.push(...values);
			curves.set(name, curve);
		}
		const old = this.times.filter((time) => time < this.since - hourMs).length;
		this.times.splice(0, old);
		for (const { curves } of this.#groups.values())
			for (const curve of curves.values()) {
				// After a restart the studio may report fewer curves: fill the others with gaps.
				while (curve.values.length < before + history.times.length) curve.values.push(null);
				curve.values.splice(0, old);
			}
	}

	label(group: string): string {
		return this.#groups.get(group)?.label ?? group;
	}

	unit(group: string): string {
		return this.#groups.get(group)?.unit ?? '';
	}

	curves(group: string): Curve[] {
		const curves = [...(this.#groups.get(group)?.curves.values() ?? [])];
		return curves.filter(({ values }) => values.some((value) => value !== null));
	}

	/** The newest value of the last two readings; null if there is none. */
	now({ values }: Curve): number | null {
		return values.slice(-2).findLast((value) => value !== null) ?? null;
	}
}
