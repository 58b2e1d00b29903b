import { existsSync, renameSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { messageOf, StudioError } from '../util/errors.js';
import { migrations } from './migrations.js';

export type Connection = SQLite.Database;

const busyTimeoutMs = 2000;
/** The last three: a migration does not match the content. */
const corruptCodes = ['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_ERROR', 'SQLITE_CONSTRAINT', 'SQLITE_MISMATCH'];

/** The database file, migrated to this version. */
export class Database {
	readonly connection: Connection;

	/** `synchronous` is NORMAL: a power cut may lose the last writes, never the database, and a take waits for no disk. */
	constructor(readonly path: string) {
		this.connection = new SQLite(path, { timeout: busyTimeoutMs });
		try {
			this.connection.pragma('journal_mode = WAL');
			this.connection.pragma('synchronous = NORMAL');
			this.connection.pragma('foreign_keys = ON');
			const found = this.connection.pragma('quick_check(1)', { simple: true });
			if (found !== 'ok') throw new SQLite.SqliteError(String(found), 'SQLITE_CORRUPT');
			this.#migrate();
			const missing = missingColumn(this.connection);
			if (missing !== null) throw new SQLite.SqliteError(`there is no ${missing}`, 'SQLITE_CORRUPT');
		} catch (error) {
			this.connection.close();
			throw error;
		}
	}

	/** For what must survive a power cut once confirmed (tokens, scenes, recordings): synced to disk. */
	durably<T>(write: () => T): T {
		this.connection.pragma('synchronous = FULL');
		try {
			return this.connection.transaction(write)();
		} finally {
			this.connection.pragma('synchronous = NORMAL');
		}
	}

	close(): void {
		this.connection.close();
	}

	#migrate(): void {
		const version = this.connection.pragma('user_version', { simple: true }) as number;
		if (version > migrations.length) {
			throw new StudioError(
				'conflict',
				`${this.path} was written by a newer R58 Studio (version ${version}, this one knows ${migrations.length})`,
			);
		}
		for (let next = version; next < migrations.length; next += 1) {
			this.durably(() => {
				this.connection.exec(migrations[next]!);
				this.connection.pragma(`user_version = ${next + 1}`);
			});
		}
	}
}

/** A column of this version that the database lacks, or null. */
function missingColumn(connection: Connection): string | null {
	const columns = (of: Connection) =>
		of
			.prepare<unknown[], { name: string }>(
				`SELECT tables.name || '.' || columns.name AS name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
				WHERE tables.type = 'table'`,
			)
			.all()
			.map(({ name }) => name);
	const model = new SQLite(':memory:');
	try {
		for (const step of migrations) model.exec(step);
		const found = new Set(columns(connection));
		return columns(model).find((name) => !found.has(name)) ?? null;
	} finally {
		model.close();
	}
}

/** Opens the database; a damaged one is moved aside first (`movedTo`), so that the studio starts in any case. */
export function openDatabase(path: string): { database: Database; movedTo: string | null } {
	try {
		return { database: new Database(path), movedTo: null };
	} catch (error) {
		if (error instanceof StudioError) throw error;
		if (!corruptCodes.some((code) => (error as { code?: string }).code?.startsWith(code))) {
			throw new StudioError('disk', `database ${path} cannot be opened: ${messageOf(error)}`);
		}
	}
	const movedTo = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
	for (const suffix of ['', '-wal', '-shm']) {
		if (existsSync(path + suffix)) renameSync(path + suffix, movedTo + suffix);
	}
	return { database: new Database(path), movedTo };
}
