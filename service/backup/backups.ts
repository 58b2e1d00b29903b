import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../settings/settings.js';
import { StudioError } from '../util/errors.js';
import { type Change, settingsChanges, tableChanges } from './changes.js';
import { type Content, makeBackup, presentKeys, presentTables, readBackup } from './content.js';
import { dropPending, type Pending, type PendingRestore, prepareUndo, readPending, readUndo, writePending } from './pending.js';
import { settingsFrom } from './settingsPart.js';

/** More than anybody reads. */
const mostTold = 40;

/** What a restore would do. */
export interface Plan {
	/** When the backup was made, and by which version. */
	madeAt: string;
	version: string;
	/** locked: it has secrets, accounts and keys, but no passphrase was given; those here stay. */
	secrets: 'none' | 'locked' | 'restored';
	/** Empty: nothing would change. */
	changes: Change[];
	/** What cannot be restored, and why. */
	left: string[];
	/** It applies after a restart; until then the show goes on. */
	restart: boolean;
}

export interface BackupsOptions {
	dataDir: string;
	keysDir: string;
	settings: Settings;
	/** Of the program. */
	version: string;
}

/** Backups of settings and show, and restoring them. */
export class Backups {
	constructor(private readonly o: BackupsOptions) {}

	/** A .tar.gz. Without a passphrase it contains no secrets. */
	make(passphrase: string | null): Promise<Buffer> {
		const { dataDir, keysDir, settings, version } = this.o;
		return makeBackup({ dataDir, keysDir, settings: settings.used, version }, passphrase);
	}

	/** Throws `invalid`, `too-large`, and `conflict` for a backup of a newer version. Changes nothing. */
	async plan(archive: Buffer, passphrase: string | null): Promise<Plan> {
		return (await this.#prepare(archive, passphrase)).plan;
	}

	/** All of it or nothing. `undo` brings the previous state back. */
	async restore(archive: Buffer, passphrase: string | null): Promise<Plan> {
		const { plan, next } = await this.#prepare(archive, passphrase);
		this.#begin(next, plan);
		return plan;
	}

	/** Back to before the last restore; twice is a no-op. Throws `conflict` when there was none. */
	undo(): Plan {
		const before = this.undoable();
		// It has not been carried out yet.
		if (this.pending()?.kind === 'restore') dropPending(this.o.dataDir);
		if (!before) throw new StudioError('conflict', 'there is no restore to undo');
		const next: PendingRestore = { ...before, at: new Date().toISOString() };
		const plan: Plan = { madeAt: before.of, version: this.o.version, secrets: 'restored', left: [], ...this.#compare(next) };
		this.#begin(next, plan);
		return plan;
	}

	undoable(): PendingRestore | null {
		return attempt(() => readUndo(this.o.dataDir));
	}

	/** What the next start will do. */
	pending(): Pending | null {
		return attempt(() => readPending(this.o.dataDir));
	}

	/** Cancels what the next start would do. */
	cancel(): void {
		dropPending(this.o.dataDir);
	}

	/** Requested now, done by the next start. Recordings and keys stay unless included. */
	reset({ keys, recordings }: { keys: boolean; recordings: boolean }): void {
		writePending(this.o.dataDir, { kind: 'factory-reset', at: new Date().toISOString(), keys, recordings });
	}

	async #prepare(archive: Buffer, passphrase: string | null): Promise<{ plan: Plan; next: PendingRestore }> {
		const content = await readBackup(archive, passphrase);
		const { manifest, secrets } = content;
		const { text, left } = this.#settingsOf(content);
		const opened = secrets === 'locked' ? null : secrets;
		const next: PendingRestore = {
			kind: 'restore',
			at: new Date().toISOString(),
			of: manifest.madeAt,
			unusable: content.unusable.slice(0, mostTold),
			settings: this.o.settings.sealed(text),
			tables: { ...content.show, ...opened?.accounts },
			keys: opened?.keys ?? null,
			before: null,
		};
		const { madeAt, version } = manifest;
		const how = secrets === 'locked' ? 'locked' : secrets ? 'restored' : 'none';
		const rows = content.unusable.slice(0, mostTold).map(({ kind, id, reason }) => `${kind}: ${id} is not usable (${reason})`);
		const more = content.unusable.length - rows.length;
		left.push(...rows, ...(more > 0 ? [`and ${more} more that are not usable`] : []));
		return { plan: { madeAt, version, secrets: how, left, ...this.#compare(next) }, next };
	}

	/** Unusable settings leave the current ones. */
	#settingsOf({ settings, secrets }: Content): { text: string; left: string[] } {
		try {
			return settingsFrom(settings, secrets === 'locked' ? null : (secrets?.settings ?? null), this.o.settings.current);
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			return { text: this.o.settings.used.text, left: [`${error.message}; the current settings stay`] };
		}
	}

	#compare({ settings, tables, keys }: PendingRestore): Pick<Plan, 'changes' | 'restart'> {
		const { dataDir, keysDir } = this.o;
		const now = presentTables(dataDir, ['show', 'account']);
		const [show, accounts] = [
			['guests', 'scenes', 'settings', 'documents'],
			['tokens', 'users'],
		].map((names) => Object.fromEntries(Object.entries(tables).filter(([name]) => names.includes(name))));
		const shows = [...tableChanges('show', now, show!), ...tableChanges('accounts', now, accounts!)];
		const keyChanges: Change[] =
			keys === null || isDeepStrictEqual({ ...presentKeys(keysDir), ...keys }, presentKeys(keysDir))
				? []
				: [{ part: 'keys', text: 'Certificates and keys come from the backup' }];
		const changes = [...settingsChanges(this.o.settings.used, this.o.settings.parse(settings)), ...shows, ...keyChanges];
		return { changes, restart: shows.length + keyChanges.length > 0 };
	}

	#begin(next: PendingRestore, { changes, restart }: Plan): void {
		if (changes.length === 0) return;
		const { dataDir, keysDir, settings } = this.o;
		const now = presentTables(dataDir, ['show', 'account']);
		const before: PendingRestore = {
			kind: 'restore',
			at: next.at,
			of: next.at,
			unusable: [],
			before: null,
			settings: settings.used.text,
			tables: Object.fromEntries(Object.keys(next.tables).flatMap((name) => (now[name] ? [[name, now[name]]] : []))),
			keys: next.keys && presentKeys(keysDir),
		};
		// One file decides on both, so that no kill leaves the one without the other.
		const text = JSON.stringify(before);
		writePending(dataDir, { ...next, before: text });
		if (restart) return;
		try {
			const replaceUndo = prepareUndo(dataDir, text);
			settings.replace(next.settings);
			replaceUndo();
		} finally {
			dropPending(dataDir);
		}
	}
}

/** A damaged file of ours counts as none. */
function attempt<T>(read: () => T): T | null {
	try {
		return read();
	} catch {
		return null;
	}
}
