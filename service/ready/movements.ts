import type { HostStats } from '../hosts/supervisor.js';
import { Recent } from '../util/recent.js';
import type { Movement } from './facts.js';

/** The frame rate is averaged over about this long. */
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
	counts: Recent<Counts & { at: number }>;
	advancedAt: number;
}

/** What the program mixer has counted per slot, and whether it advances. */
export class Movements {
	#slots = new Map<number, Slot>();

	/** Figures of all hosts, once a second. */
	read(hosts: Record<string, Pick<HostStats, 'elements'>>, now = performance.now()): void {
		const mixer = hosts['mixer program']?.elements.mixer;
		if (!mixer || !('slots' in mixer)) return;
		const seen = new Set<number>();
		for (const { slot, video } of mixer.slots) {
			if (!video?.lastPtsNs) continue;
			const { frames, lastPtsNs, stillMs = null, peakLuma = null } = video;
			seen.add(slot);
			this.#add(slot, { frames, ptsNs: BigInt(lastPtsNs), stillMs, peakLuma }, now);
		}
		for (const slot of this.#slots.keys()) if (!seen.has(slot)) this.#slots.delete(slot);
	}

	of(slot: number, now = performance.now()): Movement | null {
		const known = this.#slots.get(slot);
		const [first, last] = [known?.counts.entries[0], known?.counts.entries.at(-1)];
		if (!known || !first || !last) return null;
		const ns = last.ptsNs - first.ptsNs;
		const fps = ns < leastNs ? null : Math.round(((last.frames - first.frames) * 1e10) / Number(ns)) / 10;
		return { fps, ageMs: now - known.advancedAt, stillMs: last.stillMs, peakLuma: last.peakLuma };
	}

	#add(slot: number, counts: Counts, now: number): void {
		const known = this.#slots.get(slot);
		const last = known?.counts.entries.at(-1);
		// Another source has the slot, or the mixer was replaced.
		if (!known || !last || counts.frames < last.frames || counts.ptsNs < last.ptsNs) {
			const begun = new Recent<Counts & { at: number }>(windowMs);
			begun.add({ ...counts, at: now });
			this.#slots.set(slot, { counts: begun, advancedAt: now });
			return;
		}
		if (counts.frames > last.frames) known.advancedAt = now;
		known.counts.add({ ...counts, at: now });
	}
}
