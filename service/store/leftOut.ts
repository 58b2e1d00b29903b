import { type EntryKind, entryKinds } from '../contract/entryKinds.js';
import type { FaultReport } from '../contract/faultKinds.js';
import { messageOf } from '../util/errors.js';

/** More are only counted, and beyond that not even counted. */
const NAMED = 5;
const MOST = 1000;

export interface Unusable {
	kind: EntryKind;
	id: string;
	reason: string;
}

/** Unusable entries, each once. */
export class LeftOut {
	#entries = new Map<string, Unusable>();

	add(kind: EntryKind, id: string, reason: string): void {
		if (this.#entries.size >= MOST) return;
		this.#entries.set(`${kind} ${id}`, { kind, id: id.slice(0, 80), reason: reason.slice(0, 200) });
	}

	list(): Unusable[] {
		return [...this.#entries.values()];
	}

	/** One fault per kind. */
	faults(): FaultReport[] {
		return entryKinds.flatMap((kind) => {
			const entries = this.list().filter((entry) => entry.kind === kind);
			if (entries.length === 0) return [];
			const named = entries.slice(0, NAMED).map(({ id, reason }) => `${id} (${reason})`);
			const { length: count } = entries;
			const params = { kind, count, named: named.join('; '), more: count - named.length };
			return { code: 'left-out' as const, subject: kind, params };
		});
	}

	/** The usable rows, in order. */
	fitting<Row, T>(kind: EntryKind, rows: Row[], idOf: (row: Row) => string, read: (row: Row) => T): T[] {
		return rows.flatMap((row) => {
			try {
				return [read(row)];
			} catch (error) {
				this.add(kind, idOf(row), messageOf(error));
				return [];
			}
		});
	}
}
