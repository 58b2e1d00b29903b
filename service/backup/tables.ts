import { backup as access } from '../access/backup.js';
import { backup as guests } from '../guests/backup.js';
import { backup as recordings } from '../recordings/backup.js';
import { backup as scenes } from '../scenes/backup.js';
import { backup as showLog } from '../showLog/backup.js';
import { backup as store } from '../store/backup.js';
import type { BackupTable, Cell, Row } from '../store/backupTable.js';
import type { Connection } from '../store/database.js';
import type { LeftOut } from '../store/leftOut.js';
import type { SettingsKey } from '../store/settings.js';
import { messageOf } from '../util/errors.js';

/** Every table (a test checks that). */
const all: readonly BackupTable[] = [guests, scenes, store, access, recordings, showLog].flat();
const byName = new Map(all.map((table) => [table.table, table]));

export const tableNames = [...byName.keys()];

/** What a table is to a backup; undefined when there is none of this name. */
export function tableOf(name: string): BackupTable | undefined {
	return byName.get(name);
}

/** The last restore that was carried out. */
const doneKey: SettingsKey = 'restored';

export type Tables = Record<string, Row[]>;

export function readTables(connection: Connection, kinds: readonly ('show' | 'account')[]): Tables {
	// One transaction: everything from the same moment.
	return connection.transaction(() => {
		const wanted = existing(connection).filter((name) => kinds.some((kind) => tableOf(name)?.part === kind));
		return Object.fromEntries(wanted.map((name) => [name, rowsOf(connection, name)]));
	})();
}

/** Gives these tables exactly these rows, except for rows that do not fit. Call it in a transaction. */
export function writeTables(connection: Connection, tables: Tables, leftOut: LeftOut): void {
	const known = existing(connection);
	for (const name of Object.keys(tables).filter((name) => known.includes(name))) {
		const { id, stay } = travelling(name);
		connection.prepare(`DELETE FROM "${name}" WHERE "${id}" NOT IN (${stay.map(() => '?').join()})`).run(stay);
	}
	for (const [name, rows] of Object.entries(tables)) {
		if (!known.includes(name)) continue;
		const columns = columnsOf(connection, name);
		for (const row of rows) {
			try {
				insertRow(connection, name, columns, row);
			} catch (error) {
				if (!isUnfit(error)) throw error;
				const { kind, id } = travelling(name);
				leftOut.add(kind(row), String(row[id]), messageOf(error));
			}
		}
	}
}

/** A table that is part of backups. */
export function travelling(name: string) {
	const table = tableOf(name);
	if (!table || table.part === 'none') throw new Error(`table ${name} is not part of a backup`);
	return { stay: [], ...table };
}

/** A cell as the database has it. */
type StoredCell = string | number | null | Buffer;

class Foreign extends Error {}

/** SQLite skips the one row; a disk error ends the whole transaction. */
function isUnfit(error: unknown): boolean {
	return error instanceof Foreign || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(String((error as { code?: string }).code));
}

function insertRow(connection: Connection, table: string, columns: string[], row: Row): void {
	const given = Object.keys(row);
	const foreign = given.find((column) => !columns.includes(column));
	if (foreign !== undefined) throw new Foreign(`table ${table} has no column ${foreign.slice(0, 40)}`);
	const names = given.map((column) => `"${column}"`).join(', ');
	connection
		.prepare(`INSERT INTO "${table}" (${names}) VALUES (${given.map(() => '?').join(', ')})`)
		.run(given.map((column) => cellOf(row[column]!)));
}

/** Whether the database is already the result of this restore, identified by its time. */
export function isDone(connection: Connection, at: string): boolean {
	const row = connection.prepare<unknown[], { value: string }>('SELECT value FROM settings WHERE key = ?').get(doneKey);
	return row?.value === JSON.stringify(at);
}

export function setDone(connection: Connection, at: string): void {
	connection.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)').run(doneKey, JSON.stringify(at));
}

/** Empties all other tables. */
export function clearTables(connection: Connection, but: readonly string[]): void {
	for (const name of existing(connection).filter((name) => !but.includes(name)))
		connection.prepare(`DELETE FROM "${name}"`).run();
}

function existing(connection: Connection): string[] {
	return connection
		.prepare<unknown[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
		.all()
		.map(({ name }) => name)
		.filter((name) => byName.has(name));
}

function rowsOf(connection: Connection, name: string): Row[] {
	const rows = connection.prepare<unknown[], Record<string, StoredCell>>(`SELECT * FROM "${name}" ORDER BY rowid`).all();
	const { id, stay } = travelling(name);
	return rows
		.filter((row) => !stay.includes(String(row[id])))
		.map((row) => Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, written(cell)])));
}

function columnsOf(connection: Connection, name: string): string[] {
	return connection
		.prepare<unknown[], { name: string }>('SELECT name FROM pragma_table_info(?)')
		.all(name)
		.map((column) => column.name);
}

function written(cell: StoredCell): Cell {
	return Buffer.isBuffer(cell) ? { hex: cell.toString('hex') } : cell;
}

function cellOf(cell: Cell): StoredCell {
	return typeof cell === 'object' && cell !== null ? Buffer.from(cell.hex, 'hex') : cell;
}
