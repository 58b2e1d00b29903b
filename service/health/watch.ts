import { isDeepStrictEqual } from 'node:util';
import type { Faults } from '../faults/faults.js';
import { type Condition, conditions, type Situation } from './rules.js';

interface Held {
	condition: Condition;
	/** Since when it holds, monotonic ms. */
	since: number;
	raised: boolean;
}

/** Turns conditions into faults: raised once they have held long enough, cleared when they no longer do. */
export class Watch {
	#held = new Map<string, Held>();

	constructor(private readonly faults: Pick<Faults, 'raise' | 'amend' | 'clear'>) {}

	look(now: Situation, at = performance.now()): void {
		const found = conditions(now, (code, subject) => this.#held.get(`${code} ${subject}`)?.raised ?? false);
		const holding = new Map(
			found.filter(({ holds }) => holds).map((condition) => [`${condition.fault.code} ${condition.fault.subject}`, condition]),
		);
		for (const [key, { condition, raised }] of this.#held) {
			if (holding.has(key)) continue;
			this.#held.delete(key);
			if (raised) this.faults.clear(condition.fault.code, condition.fault.subject);
		}
		for (const [key, condition] of holding) this.#hold(key, condition, at);
	}

	#hold(key: string, condition: Condition, at: number): void {
		const { fault, forMs } = condition;
		const known = this.#held.get(key);
		const { since = at, raised = false } = known ?? {};
		const due = at - since >= forMs;
		this.#held.set(key, { condition, since, raised: due });
		if (due && !raised) this.faults.raise(fault);
		else if (raised && !isDeepStrictEqual(known!.condition.fault, fault)) this.faults.amend(fault);
	}
}
