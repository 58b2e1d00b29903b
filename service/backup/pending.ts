/**
 * A restore or a factory reset is one file, DATA/.pending.json. It is decided once the file is written, and carried out before
 * the next start; after a power cut it starts over. The running show is not touched, and a power cut leaves either the old state
 * or the new one, and the way to the other.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { entryKinds } from '../contract/entryKinds.js';
import { parseSettings } from '../settings/file.js';
import { template } from '../settings/schema.js';
import { lastGoodFile, settingsFile } from '../settings/settings.js';
import { type Connection, openDatabase } from '../store/database.js';
import { LeftOut } from '../store/leftOut.js';
import { prepareFile, replaceFile, syncFolder } from '../util/durable.js';
import { messageOf, StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { clearTables, isDone, setDone, type Tables, writeTables } from './tables.js';

const pendingFile = '.pending.json';
const failedFile = '.failed.json';
const undoFile = '.before-restore.json';

const tables = z.record(z.string(), z.array(z.record(z.string(), z.any())));
const restoreSchema = z.strictObject({
	kind: z.literal('restore'),
	at: z.string(),
	/** The time of the restored state. */
	of: z.string(),
	settings: z.string(),
	/** These tables, whole; others stay. */
	tables,
	/** Parts of the backup that are not in the tables: the next start reports them. */
	unusable: z.array(z.object({ kind: z.enum(entryKinds), id: z.string(), reason: z.string() })).default([]),
	/** Key files by name; null keeps the current ones. */
	keys: z.record(z.string().regex(/^[a-z-]+\.(pem|key)$/), z.string()).nullable(),
	/** The state it replaces, for undo: a restore itself, as JSON. */
	before: z.string().nullable().default(null),
});
const resetSchema = z.strictObject({
	kind: z.literal('factory-reset'),
	at: z.string(),
	keys: z.boolean(),
	recordings: z.boolean(),
});
const pendingSchema = z.discriminatedUnion('kind', [restoreSchema, resetSchema]);
export type PendingRestore = z.infer<typeof restoreSchema> & { tables: Tables };
export type PendingReset = z.infer<typeof resetSchema>;
export type Pending = PendingRestore | PendingReset;

export function writePending(dataDir: string, pending: Pending): void {
	onDisk(() => replaceFile(join(dataDir, pendingFile), JSON.stringify(pending)));
}

/** Writes what undoes a restore; it counts when the function returned is called. */
export function prepareUndo(dataDir: string, before: string): () => void {
	return onDisk(() => prepareFile(join(dataDir, undoFile), before));
}

function onDisk<T>(write: () => T): T {
	try {
		return write();
	} catch (error) {
		throw new StudioError('disk', `cannot write it: ${messageOf(error)}`);
	}
}

/** What the next start will do. Throws when the file cannot be read. */
export function readPending(dataDir: string): Pending | null {
	const path = join(dataDir, pendingFile);
	return existsSync(path) ? (pendingSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) as Pending) : null;
}

/** What brings the state before the last restore back, also of one that is still pending. Throws when it cannot be read. */
export function readUndo(dataDir: string): PendingRestore | null {
	const pending = readPending(dataDir);
	const path = join(dataDir, undoFile);
	const before = pending?.kind === 'restore' ? pending.before : null;
	if (before === null && !existsSync(path)) return null;
	return restoreSchema.parse(JSON.parse(before ?? readFileSync(path, 'utf8'))) as PendingRestore;
}

export function dropPending(dataDir: string): void {
	rmSync(join(dataDir, pendingFile), { force: true });
	syncFolder(dataDir);
}

export interface Finish {
	dataDir: string;
	keysDir: string;
	log: Log;
	/** Collects the entries that could not be restored. */
	leftOut?: LeftOut;
}

/**
 * Carries out what is pending; call it before anything opens the data folder. What cannot be carried out is put aside and changes
 * nothing, so that the studio always starts. Returns the reason, or null.
 */
export function finishPending({ dataDir, keysDir, log, leftOut = new LeftOut() }: Finish): string | null {
	const path = join(dataDir, pendingFile);
	if (!existsSync(path)) return null;
	try {
		const pending = attempt(() => readPending(dataDir)!);
		if (pending.kind === 'restore') restore(pending, { dataDir, keysDir, leftOut });
		else reset(pending, dataDir, keysDir);
		dropPending(dataDir);
		log.info({ kind: pending.kind, at: pending.at }, 'carried out the pending restore or reset');
		return null;
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		log.error({ err: error.cause }, 'cannot carry out the pending restore or reset; nothing has changed');
		renameSync(path, join(dataDir, failedFile));
		syncFolder(dataDir);
		return messageOf(error.cause);
	}
}

/** It cannot be done, and nothing was changed. */
class Refused extends Error {}

function attempt<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new Refused('', { cause: error });
	}
}

function restore(
	{ at, settings, tables, keys, unusable, before }: PendingRestore,
	{ dataDir, keysDir, leftOut }: { dataDir: string; keysDir: string; leftOut: LeftOut },
): void {
	const files = attempt(() => {
		parseSettings(settings);
		// What needs disk space comes first; after the database nothing can fail for lack of it.
		const prepared = [prepareFile(join(dataDir, settingsFile), settings)];
		if (before !== null) prepared.push(prepareUndo(dataDir, before));
		change(dataDir, (connection) => {
			if (isDone(connection, at)) return;
			writeTables(connection, tables, leftOut);
			setDone(connection, at);
		});
		return prepared;
	});
	for (const { kind, id, reason } of unusable) leftOut.add(kind, id, reason);
	for (const replace of files) replace();
	replaceFile(join(dataDir, lastGoodFile), settings);
	if (!keys) return;
	mkdirSync(keysDir, { recursive: true, mode: 0o700 });
	for (const [name, text] of Object.entries(keys)) replaceFile(join(keysDir, name), text);
}

function reset({ keys, recordings }: PendingReset, dataDir: string, keysDir: string): void {
	attempt(() => change(dataDir, (connection) => clearTables(connection, recordings ? [] : ['recordings'])));
	if (recordings) rmSync(join(dataDir, 'recordings'), { recursive: true, force: true });
	replaceFile(join(dataDir, settingsFile), template);
	replaceFile(join(dataDir, lastGoodFile), template);
	for (const file of [undoFile, failedFile]) rmSync(join(dataDir, file), { force: true });
	if (keys) rmSync(keysDir, { recursive: true, force: true });
}

function change(dataDir: string, work: (connection: Connection) => void): void {
	const { database } = openDatabase(join(dataDir, 'studio.db'));
	try {
		database.durably(() => work(database.connection));
	} finally {
		database.close();
	}
}
