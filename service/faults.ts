import type { Fault } from './api/schema.js';
import type { LiveState } from './state.js';
import type { Log } from './system/log.js';

export interface FaultReport {
	code: string;
	/** What has the fault: a source, host, file or volume. */
	subject: string;
	message: string;
	/** What an operator can do about it; null when it mends itself. */
	remedy?: string | null;
	/** Code that the same trouble had before: its time and its count go on under this one. */
	was?: string;
}

/** What is wrong now. A fault is raised again and again while it lasts (counted, logged once a second) and cleared by its owner. */
export class Faults {
	#faults = new Map<string, Fault>();

	constructor(
		private readonly state: LiveState,
		private readonly log: Log,
	) {}

	list(): Fault[] {
		return [...this.#faults.values()];
	}

	raise({ code, subject, message, remedy = null, was }: FaultReport): void {
		const key = `${code} ${subject}`;
		const before = `${was} ${subject}`;
		const known = this.#faults.get(key) ?? this.#faults.get(before);
		this.#faults.delete(before);
		const fault: Fault = known
			? { ...known, code, message, remedy, count: known.count + 1 }
			: { code, subject, message, remedy, since: new Date().toISOString(), count: 1 };
		this.#faults.set(key, fault);
		this.log.onceASecond(key).warn({ fault: code, subject, count: fault.count }, message);
		this.#publish();
	}

	/** What came to be known of a fault that lasts; it is not counted again. */
	amend(code: string, subject: string, message: string): void {
		const key = `${code} ${subject}`;
		const known = this.#faults.get(key);
		if (!known) return;
		this.#faults.set(key, { ...known, message });
		this.log.onceASecond(`${key} amended`).warn({ fault: code, subject, count: known.count }, message);
		this.#publish();
	}

	clear(code: string, subject: string): void {
		const key = `${code} ${subject}`;
		if (!this.#faults.delete(key)) return;
		this.log.info({ fault: code, subject }, 'fault cleared');
		this.#publish();
	}

	#publish(): void {
		this.state.set('faults', this.list());
	}
}
