import type { AuditEntry } from '../api/accountSchema.js';
import type { Database } from './database.js';

export type AuditRecord = Omit<AuditEntry, 'seq' | 'at'>;

export interface AuditQuery {
	/** Older than this entry. */
	before?: number | undefined;
	/** Occurs in who, address, action, subject or detail. */
	text?: string | undefined;
	limit: number;
}

/** About 2 MB; a year of a studio that is in use every day. */
export const entriesKept = 10_000;
/** Purging is cheap for many at once. */
const purgeEvery = 100;

/** Who changed what, from where, when (UTC). Entries are added and, when there are too many, the oldest go; none is changed. */
export class Audit {
	#database: Database;

	constructor(
		database: Database,
		private readonly kept = entriesKept,
	) {
		this.#database = database;
	}

	add(record: AuditRecord): void {
		const { connection } = this.#database;
		const { lastInsertRowid } = connection
			.prepare(
				`INSERT INTO audit (at, who, role, address, action, subject, detail, outcome)
				VALUES (@at, @who, @role, @address, @action, @subject, @detail, @outcome)`,
			)
			.run({ at: new Date().toISOString(), ...record });
		const seq = Number(lastInsertRowid);
		if (seq % purgeEvery === 0) connection.prepare('DELETE FROM audit WHERE seq <= ?').run(seq - this.kept);
	}

	/** Newest first. */
	list({ before = Number.MAX_SAFE_INTEGER, text = '', limit }: AuditQuery): AuditEntry[] {
		return this.#database.connection
			.prepare<unknown[], AuditEntry>(
				`SELECT seq, at, who, role, address, action, subject, detail, outcome FROM audit WHERE seq < @before
				AND (@text = '' OR instr(lower(who || ' ' || address || ' ' || action || ' ' || outcome || ' ' ||
					coalesce(subject, '') || ' ' || coalesce(detail, '')), lower(@text)))
				ORDER BY seq DESC LIMIT @limit`,
			)
			.all({ before, text, limit });
	}

	/** How many were purged since the beginning: the numbers go on, and nothing else removes any. */
	get purged(): number {
		const oldest = this.#database.connection
			.prepare<unknown[], { seq: number | null }>('SELECT min(seq) AS seq FROM audit')
			.get()!;
		return (oldest.seq ?? 1) - 1;
	}
}
