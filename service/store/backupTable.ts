import type { EntryKind } from '../contract/entryKinds.js';

/** Bytes are written as {"hex": …}: rows travel as JSON. */
export type Cell = string | number | null | { hex: string };
export type Row = Record<string, Cell>;

/** What one table of the database is to a backup. */
export type BackupTable = Travelling | Staying;

interface Travelling {
	table: string;
	/** show: scenes, inputs, places to stream to, guests' seats. account: who may log in, which travels only under a passphrase. */
	part: 'show' | 'account';
	/** What its rows are called. */
	nouns: string;
	/** Column by which rows are known. */
	id: string;
	/** What people call a row. */
	name: (row: Row) => string;
	/** Throws the reason when a row cannot be used. */
	check: (row: unknown) => void;
	kind: (row: Row) => EntryKind;
	/** Ids of rows that belong to this machine and moment: they stay. */
	stay?: readonly string[];
}

/** Of this machine and this time. */
interface Staying {
	table: string;
	part: 'none';
}
