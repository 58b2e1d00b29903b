import type { SystemHistory } from '../../../service/contract/health.js';

const hourMs = 3_600_000;

export interface Curve {
	name: string;
	limit: number | null;
	/** One for each of the times; null where nothing was measured. */
	values: (number | null)[];
}

/** The last hour of what was measured, put together from answers that each tell what is new. */
export class Readings {
	times: number[] = [];
	notMeasured: string[] = [];
	intervalMs = 5000;
	#groups = new Map<string, { label: string; unit: string; curves: Map<string, Curve> }>();

	/** What to ask from. */
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
				// A studio that has started again knows fewer.
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

	/** The newest value that was measured in the last two readings; null when it is gone. */
	now({ values }: Curve): number | null {
		return values.slice(-2).findLast((value) => value !== null) ?? null;
	}
}
