import { type FaultCode, type FaultReport, faultKinds, faultText, isFaultCode } from '../contract/faultKinds.js';
import type { Fault, PastFault } from '../contract/faults.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';

/** Keeps past faults over a restart. */
export interface FaultHistory {
	load(): PastFault[];
	save(faults: PastFault[]): void;
}

/** Past faults are listed for this long, and at most this many. */
const PAST_MS = 24 * 3_600_000;
const MOST_PAST = 200;
/** A fault that returns within this time is still the same one: a flickering fault does not push out the others. */
const SAME_MS = 60_000;
const SAVE_MS = 1_000;

/** What is wrong now. A fault is raised repeatedly while it lasts (counted, logged once a second) and cleared by its owner. */
export class Faults {
	#faults = new Map<string, Fault>();
	/** Oldest first. */
	#past: PastFault[];
	#saving: NodeJS.Timeout | undefined;

	constructor(
		private readonly state: LiveState,
		private readonly log: Log,
		private readonly history: FaultHistory = { load: () => [], save: () => {} },
	) {
		this.#past = history.load();
	}

	list(): Fault[] {
		return [...this.#faults.values()];
	}

	/** Past faults of the last 24 hours, newest first. */
	past(now = Date.now()): PastFault[] {
		return this.#past.filter(({ until }) => Date.parse(until) > now - PAST_MS).reverse();
	}

	raise(report: FaultReport): void {
		const { code, subject, params = {}, was } = report;
		const { message, remedy } = faultText(report);
		const key = `${code} ${subject}`;
		const before = `${was} ${subject}`;
		const known = this.#faults.get(key) ?? this.#faults.get(before);
		this.#faults.delete(before);
		const fault: Fault = known
			? { ...known, code, message, params, remedy, count: known.count + 1 }
			: { code, subject, message, params, remedy, since: new Date().toISOString(), count: 1 };
		this.#faults.set(key, fault);
		this.log.onceASecond(key).warn({ fault: code, subject, count: fault.count }, message);
		this.#publish();
	}

	/** Updates what is known about a current fault, without counting it again. */
	amend(report: FaultReport): void {
		const { code, subject, params = {} } = report;
		const { message, remedy } = faultText(report);
		const key = `${code} ${subject}`;
		const known = this.#faults.get(key);
		if (!known) return;
		this.#faults.set(key, { ...known, message, params, remedy });
		this.log.onceASecond(`${key} amended`).warn({ fault: code, subject, count: known.count }, message);
		this.#publish();
	}

	clear(code: FaultCode, subject: string): void {
		const key = `${code} ${subject}`;
		const fault = this.#faults.get(key);
		if (!fault) return;
		this.#faults.delete(key);
		this.#remember(fault);
		this.log.info({ fault: code, subject }, 'fault cleared');
		this.#publish();
	}

	/** Clears a fault that somebody has taken note of. Throws `not-found`, and `conflict` for one that ends by itself. */
	acknowledge(code: string, subject: string): void {
		if (!this.#faults.has(`${code} ${subject}`)) throw new StudioError('not-found', `there is no fault ${code} of ${subject}`);
		if (!isFaultCode(code)) throw new StudioError('not-found', `there is no fault ${code}`);
		const kind: { ends: string; acknowledged?: true } = faultKinds[code];
		if (!kind.acknowledged) throw new StudioError('conflict', `${code} lasts until ${kind.ends}`);
		this.clear(code, subject);
	}

	/** Writes what is not saved yet. */
	flush(): void {
		if (this.#saving === undefined) return;
		clearTimeout(this.#saving);
		this.#saving = undefined;
		this.history.save(this.#past);
	}

	#remember(fault: Fault): void {
		const until = new Date().toISOString();
		const same = this.#past.findIndex(
			(past) =>
				past.code === fault.code && past.subject === fault.subject && Date.parse(fault.since) - Date.parse(past.until) < SAME_MS,
		);
		const before = same === -1 ? [] : this.#past.splice(same, 1);
		const { since, count } = before[0] ?? { since: fault.since, count: 0 };
		this.#past.push({ ...fault, since, count: count + fault.count, until });
		this.#past = this.#past.slice(-MOST_PAST);
		this.#saving ??= setTimeout(() => this.flush(), SAVE_MS).unref();
	}

	#publish(): void {
		this.state.setFaults(this.list());
	}
}
