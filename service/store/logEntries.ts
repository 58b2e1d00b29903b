import { type LogEntry, type LogQuery, logEntrySchema } from '../contract/showLog.js';
import type { Bounded } from '../util/boundedMap.js';
import type { Database } from './database.js';

/** About 20 MB, a year of daily shows. */
const most = { entries: 50_000, ageMs: 400 * 86_400_000 };

interface Row {
	id: number;
	document: string;
}

/** The show log on disk. Entries are only added, in order; the oldest are purged. */
export class LogEntries {
	#database: Database;

	constructor(
		database: Database,
		private readonly mostEntries = most.entries,
	) {
		this.#database = database;
	}

	/** In one transaction; ids are assigned here. */
	append(entries: readonly Omit<LogEntry, 'id'>[]): void {
		const { connection } = this.#database;
		const insert = connection.prepare(
			'INSERT INTO show_log (at_ms, run, kind, subject, search, document) VALUES (?, ?, ?, ?, ?, ?)',
		);
		connection.transaction(() => {
			for (const entry of entries) {
				const search = [entry.text, entry.who, entry.subject].filter(Boolean).join('\n').toLowerCase();
				insert.run(Date.parse(entry.at), entry.run, entry.kind, entry.subject, search, JSON.stringify(entry));
			}
		})();
	}

	/** Newest first, or oldest. */
	find({ since, until, kind, text, before, after, limit }: LogQuery, order: 'DESC' | 'ASC' = 'DESC'): LogEntry[] {
		const where: string[] = [];
		const values: unknown[] = [];
		const narrow = (condition: string, value: unknown): void => {
			where.push(condition);
			values.push(value);
		};
		if (since !== undefined) narrow('at_ms >= ?', Date.parse(since));
		if (until !== undefined) narrow('at_ms <= ?', Date.parse(until));
		if (before !== undefined) narrow('id < ?', before);
		if (after !== undefined) narrow('id > ?', after);
		if (text) narrow('instr(search, ?) > 0', text.toLowerCase());
		if (kind !== undefined) {
			where.push(`kind IN (${kind.map(() => '?').join(', ')})`);
			values.push(...kind);
		}
		const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
		return this.#rows(`SELECT id, document FROM show_log ${condition} ORDER BY id ${order} LIMIT ?`, [...values, limit]);
	}

	/** The newest entry; null in an empty log. */
	last(): LogEntry | null {
		return this.#rows('SELECT id, document FROM show_log ORDER BY id DESC LIMIT 1')[0] ?? null;
	}

	/** The run in which a recording started, oldest first; empty when its start is not in the log. */
	ofRecording(id: string): LogEntry[] {
		return this.#rows(
			`SELECT id, document FROM show_log
			WHERE run = (SELECT run FROM show_log WHERE kind = 'recording' AND subject = ? ORDER BY id LIMIT 1) ORDER BY id`,
			[id],
		);
	}

	/** Entries purged in total: ids have no gaps. */
	get purged(): number {
		const row = this.#database.connection
			.prepare<unknown[], { first: number | null; given: number | null }>(
				"SELECT (SELECT MIN(id) FROM show_log) AS first, (SELECT seq FROM sqlite_sequence WHERE name = 'show_log') AS given",
			)
			.get();
		return row?.first != null ? row.first - 1 : (row?.given ?? 0);
	}

	get table(): Bounded {
		const found = this.#database.connection
			.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM show_log')
			.get()!;
		return { size: found.count, most: this.mostEntries, forgotten: this.purged };
	}

	/** Purges entries that are too old or too many. */
	purge(now = Date.now()): void {
		this.#database.connection
			.prepare('DELETE FROM show_log WHERE id <= (SELECT MAX(id) FROM show_log) - ? OR at_ms < ?')
			.run(this.mostEntries, now - most.ageMs);
	}

	#rows(sql: string, values: unknown[] = []): LogEntry[] {
		return this.#database.connection
			.prepare<unknown[], Row>(sql)
			.all(...values)
			.flatMap(entryOf);
	}
}

const written = logEntrySchema.omit({ id: true });

/** Null when no studio wrote it. */
function entryOf({ id, document }: Row): LogEntry[] {
	try {
		return [{ ...written.parse(JSON.parse(document)), id }];
	} catch {
		return [];
	}
}
