import type { Movement } from './facts.js';

/** Frames are counted over about this long. */
const windowMs = 4_000;
const leastNs = 1_500_000_000n;

interface Counts {
	frames: number;
	/** Time of the newest frame. */
	ptsNs: bigint;
	stillMs: number | null;
	peakLuma: number | null;
}

interface Slot {
	history: (Counts & { at: number })[];
	advancedAt: number;
}

/** What the program mixer has counted of each slot, and whether that grows. */
export class Movements {
	#slots = new Map<number, Slot>();

	/** Figures of all hosts, as they come once a second. */
	read(hosts: Record<string, unknown>, now = performance.now()): void {
		const mixer = hosts['mixer program'] as { elements?: { mixer?: { slots?: unknown } } } | undefined;
		const slots = mixer?.elements?.mixer?.slots;
		if (!Array.isArray(slots)) return;
		const seen = new Set<number>();
		for (const { slot, video } of slots as { slot: number; video?: Record<string, unknown> }[]) {
			const counts = countsOf(video);
			if (!counts) continue;
			seen.add(slot);
			this.#add(slot, counts, now);
		}
		for (const slot of this.#slots.keys()) if (!seen.has(slot)) this.#slots.delete(slot);
	}

	of(slot: number, now = performance.now()): Movement | null {
		const known = this.#slots.get(slot);
		const [first, last] = [known?.history[0], known?.history.at(-1)];
		if (!known || !first || !last) return null;
		const ns = last.ptsNs - first.ptsNs;
		const fps = ns < leastNs ? null : Math.round(((last.frames - first.frames) * 1e10) / Number(ns)) / 10;
		return { fps, ageMs: now - known.advancedAt, stillMs: last.stillMs, peakLuma: last.peakLuma };
	}

	#add(slot: number, counts: Counts, now: number): void {
		const known = this.#slots.get(slot);
		const last = known?.history.at(-1);
		// Another source sits there, or the mixer was replaced.
		if (!known || !last || counts.frames < last.frames || counts.ptsNs < last.ptsNs) {
			this.#slots.set(slot, { history: [{ ...counts, at: now }], advancedAt: now });
			return;
		}
		if (counts.frames > last.frames) known.advancedAt = now;
		known.history = [...known.history.filter(({ at }) => at >= now - windowMs), { ...counts, at: now }];
	}
}

function countsOf({ frames, lastPtsNs, stillMs, peakLuma }: Record<string, unknown> = {}): Counts | null {
	if (typeof frames !== 'number' || typeof lastPtsNs !== 'string' || !/^\d+$/.test(lastPtsNs)) return null;
	const known = (value: unknown) => (typeof value === 'number' ? value : null);
	return { frames, ptsNs: BigInt(lastPtsNs), stillMs: known(stillMs), peakLuma: known(peakLuma) };
}
