import type { Happening } from '../contract/showLog.js';
import type { State } from '../contract/state.js';
import type { LiveState } from '../state/state.js';
import { Recent } from '../util/recent.js';
import type { Asks } from './asks.js';
import type { Watch } from './watch.js';

/** Repeated presses and flickering states are logged by their outcome. */
const SETTLE_MS = 500;
/** More changes than this within a minute are flicker: the rest is counted, and logged as one entry once it is quiet. */
const FLICKER = { changes: 6, windowMs: 60_000, quietMs: 15_000 };

interface Flicker {
	/** When it was logged, monotonic ms. */
	told: Recent<{ at: number }>;
	/** Changes that were not logged, and the last of them. */
	more: number;
	last: Happening | null;
	timer?: NodeJS.Timeout;
}

/** Compares the state with the previous one and logs what changed; it asks nobody. */
export class Observer {
	#known: Record<string, string>[];
	#settling = new Map<string, NodeJS.Timeout>();
	#late: NodeJS.Immediate | undefined;
	#flickers = new Map<string, Flicker>();
	readonly #unfollow: () => void;

	constructor(
		private readonly live: LiveState,
		private readonly tell: (happening: Happening) => void,
		private readonly asks: Asks,
		private readonly watches: readonly Watch[],
	) {
		this.#known = watches.map(({ read }) => readAll(read, live.current, {}));
		this.#unfollow = live.onChange((_seq, changes) => this.#onChange(new Set(changes.map(([path]) => path.split('.')[0]!))));
	}

	stop(): void {
		this.#unfollow();
		clearImmediate(this.#late);
		for (const timer of this.#settling.values()) clearTimeout(timer);
		for (const key of [...this.#flickers.keys()]) this.#settleFlicker(key);
	}

	#onChange(changed: Set<string>): void {
		for (const [index, watch] of this.watches.entries()) {
			if (!watch.parts.some((part) => changed.has(part))) continue;
			if (watch.afterTake) this.#late ??= setImmediate(() => this.#lookLate());
			else this.#look(index, watch);
		}
	}

	/** Logs who is on air after the take that caused it. */
	#lookLate(): void {
		this.#late = undefined;
		for (const [index, watch] of this.watches.entries()) if (watch.afterTake) this.#look(index, watch);
	}

	#look(index: number, watch: Watch): void {
		const before = this.#known[index]!;
		const now = readAll(watch.read, this.live.current, before);
		this.#known[index] = now;
		for (const subject of new Set([...Object.keys(before), ...Object.keys(now)]))
			if (before[subject] !== now[subject]) this.#changed(index, watch, subject, before[subject]);
	}

	#changed(index: number, watch: Watch, subject: string, before: string | undefined): void {
		if (!watch.settles) {
			this.#say(watch, subject, before, this.#known[index]![subject]);
			return;
		}
		const who = this.asks.whoOf(watch.noun, subject);
		const key = `${watch.noun} ${subject}`;
		if (this.#settling.has(key)) return;
		const timer = setTimeout(() => {
			this.#settling.delete(key);
			const now = this.#known[index]![subject];
			if (now !== before) this.#say(watch, subject, before, now, () => who);
		}, SETTLE_MS);
		this.#settling.set(key, timer);
	}

	#say(
		{ kind, noun, tell }: Watch,
		subject: string,
		before: string | undefined,
		now: string | undefined,
		who = () => this.asks.whoOf(noun, subject),
	): void {
		const told = tell({ subject, before, now, state: this.live.current });
		if (told) this.#tell(`${noun} ${subject}`, { kind, subject, who: who(), ...told });
	}

	/** Nobody reads sixty identical lines. What somebody asked for is always logged. */
	#tell(key: string, happening: Happening, now = performance.now()): void {
		if (happening.who != null) {
			this.tell(happening);
			return;
		}
		const flicker: Flicker = this.#flickers.get(key) ?? { told: new Recent(FLICKER.windowMs), more: 0, last: null };
		if (flicker.told.within(now).length < FLICKER.changes && flicker.more === 0) {
			flicker.told.add({ at: now });
			this.tell(happening);
		} else {
			flicker.more += 1;
			flicker.last = happening;
		}
		clearTimeout(flicker.timer);
		const forgetMs = flicker.more > 0 ? FLICKER.quietMs : FLICKER.windowMs;
		flicker.timer = setTimeout(() => this.#settleFlicker(key), forgetMs).unref();
		this.#flickers.set(key, flicker);
	}

	#settleFlicker(key: string): void {
		const { more, last, timer } = this.#flickers.get(key)!;
		clearTimeout(timer);
		this.#flickers.delete(key);
		if (last) this.tell({ ...last, text: more === 1 ? last.text : `${last.text} (after ${more} changes back and forth)` });
	}
}

/** A watch's value for each subject; a value it does not judge stays as it was. */
function readAll(read: Watch['read'], state: Readonly<State>, before: Record<string, string>): Record<string, string> {
	const known: Record<string, string> = {};
	for (const [subject, value] of read(state)) {
		const kept = value ?? before[subject];
		if (kept !== undefined) known[subject] = kept;
	}
	return known;
}
