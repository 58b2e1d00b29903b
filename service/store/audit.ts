import type { AuditEntry, AuditKind } from '../contract/accounts.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import type { Database } from './database.js';

export type AuditRecord = Omit<AuditEntry, 'seq' | 'at' | 'count' | 'lastAt'>;

export interface AuditQuery {
	/** Older than this entry. */
	before?: number | undefined;
	/** Occurs in who, address, action, subject or detail. */
	text?: string | undefined;
	limit: number;
}

/**
 * Entries per kind, about 2 MB in total: a year of daily use. Each kind has its own limit, so that what strangers or viewers
 * repeat pushes out only its own kind; logins and accounts are kept longest.
 */
export const kept: Record<AuditKind, number> = {
	accounts: 4000,
	logins: 2000,
	changes: 2000,
	refused: 1000,
	visits: 500,
	strangers: 500,
};
/** Purging many at once is cheap. */
const purgeEvery = 100;
/** A repetition this soon after the last time is counted in the same entry. */
const repeatMs = 3_600_000;
/** A new entry begins this long after the first time. */
const longestRepeatMs = 24 * 3_600_000;
/** Entries still being counted; beyond this the quietest one starts a new entry next time. */
const repeatsKept = 512;
const flushMs = 1000;

interface Repeated {
	seq: number;
	count: number;
	firstMs: number;
	lastMs: number;
	/** As written. */
	written: boolean;
}

/**
 * Who changed what, from where, when (UTC). Entries are added, and the oldest of a kind are purged; they are never changed,
 * except for the count and time of repetitions.
 */
export class Audit {
	#database: Database;
	/** By their content, the last counted at the end. */
	#repeated = new BoundedMap<string, Repeated>(repeatsKept, (repeated) => this.#write(repeated));
	#added: Partial<Record<AuditKind, number>> = {};
	#timer: NodeJS.Timeout | undefined;

	constructor(
		database: Database,
		private readonly most: Record<AuditKind, number> = kept,
	) {
		this.#database = database;
	}

	get tables(): Tables {
		const most = Object.values(this.most).reduce((sum, count) => sum + count + purgeEvery, 0);
		return {
			'audit entries': { size: this.size, most, forgotten: this.purged },
			'audit repeats': this.#repeated,
		};
	}

	add(record: AuditRecord, now = Date.now()): void {
		const key = JSON.stringify(Object.entries(record).sort());
		const repeated = this.#repeated.get(key);
		this.#repeated.delete(key);
		if (repeated && now - repeated.lastMs < repeatMs && now - repeated.firstMs < longestRepeatMs) {
			this.#repeated.set(key, { ...repeated, count: repeated.count + 1, lastMs: now, written: false });
			this.#timer ??= setTimeout(() => this.flush(), flushMs).unref();
			return;
		}
		const seq = this.#insert(record, now);
		this.#repeated.set(key, { seq, count: 1, firstMs: now, lastMs: now, written: true });
	}

	/** Writes pending counts; happens by itself within a second. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#database.connection.transaction(() => {
			for (const repeated of this.#repeated.values()) this.#write(repeated);
		})();
	}

	#write(repeated: Repeated): void {
		if (repeated.written) return;
		const { count, lastMs, seq } = repeated;
		this.#database.connection
			.prepare('UPDATE audit SET count = ?, last_at = ? WHERE seq = ?')
			.run(count, new Date(lastMs).toISOString(), seq);
		repeated.written = true;
	}

	/** Newest first. */
	list({ before = Number.MAX_SAFE_INTEGER, text = '', limit }: AuditQuery): AuditEntry[] {
		this.flush();
		return this.#database.connection
			.prepare<unknown[], AuditEntry>(
				`SELECT seq, at, count, last_at AS lastAt, kind, who, role, address, action, subject, detail, outcome
				FROM audit WHERE seq < @before
				AND (@text = '' OR instr(lower(who || ' ' || address || ' ' || action || ' ' || outcome || ' ' ||
					coalesce(subject, '') || ' ' || coalesce(detail, '')), lower(@text)))
				ORDER BY seq DESC LIMIT @limit`,
			)
			.all({ before, text, limit });
	}

	get size(): number {
		return this.#database.connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM audit').get()!.count;
	}

	/** Entries purged in total: ids have no gaps, and nothing else removes any. */
	get purged(): number {
		const given = this.#database.connection
			.prepare<unknown[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
			.get();
		return (given?.seq ?? 0) - this.size;
	}

	#insert(record: AuditRecord, now: number): number {
		const { connection } = this.#database;
		const { lastInsertRowid } = connection
			.prepare(
				`INSERT INTO audit (at, kind, who, role, address, action, subject, detail, outcome)
				VALUES (@at, @kind, @who, @role, @address, @action, @subject, @detail, @outcome)`,
			)
			.run({ at: new Date(now).toISOString(), ...record });
		const { kind } = record;
		const added = this.#added[kind] ?? 0;
		this.#added[kind] = added + 1;
		if (added % purgeEvery === 0) this.#purge(kind);
		return Number(lastInsertRowid);
	}

	#purge(kind: AuditKind): void {
		this.#database.connection
			.prepare(
				`DELETE FROM audit WHERE kind = @kind AND seq <=
					(SELECT seq FROM audit WHERE kind = @kind ORDER BY seq DESC LIMIT 1 OFFSET @most)`,
			)
			.run({ kind, most: this.most[kind] });
	}
}
