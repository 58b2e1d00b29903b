/** The content of a backup, from the data folder and back from an archive. Nothing in an archive is trusted. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import type { Document } from 'yaml';
import { z } from 'zod';
import type { SettingsValues } from '../settings/schema.js';
import { LeftOut, type Unusable } from '../store/leftOut.js';
import { migrations } from '../store/migrations.js';
import { messageOf, StudioError } from '../util/errors.js';
import { validate } from '../util/validation.js';
import { type Files, makeArchive, openArchive } from './archive.js';
import { seal, unseal } from './seal.js';
import { type Secrets, secretsIn, withoutSecretText } from './settingsPart.js';
import { readTables, type Tables, tableOf, travelling } from './tables.js';

const format = 1;
/** Keys that cannot be recreated: the authority, certificates, the tunnel key. */
const keyNames = /^(authority|server|own|acme)\.(pem|key)$|^(acme-account|tunnel-ssh)\.key$/;

export interface Present {
	dataDir: string;
	keysDir: string;
	settings: { document: Document; values: SettingsValues };
	/** Of the program. */
	version: string;
}

const manifestSchema = z.object({
	format: z.number().int().min(1),
	/** Of the program that made it. */
	version: z.string().max(40),
	/** Version of the database it came from. */
	database: z.number().int().min(0),
	madeAt: z.iso.datetime(),
	/** SHA-256 of each of the other files. */
	files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

const cell = z.union([z.string(), z.number(), z.null(), z.strictObject({ hex: z.string().regex(/^([0-9a-f]{2})*$/) })]);
const rows = z.array(z.record(z.string().max(64), cell)).max(10_000);
const tablesOf = (kind: 'show' | 'account') =>
	z
		.record(z.string(), rows)
		.refine((tables) => Object.keys(tables).every((name) => tableOf(name)?.part === kind), 'contains a table of another kind');
const showTables = tablesOf('show');
const sealedSchema = z.strictObject({
	settings: z.record(z.string(), z.string()),
	accounts: tablesOf('account'),
	keys: z.record(z.string().regex(keyNames), z.string().max(64 * 1024)),
});

export interface Sealed {
	settings: Secrets;
	accounts: Tables;
	keys: Record<string, string>;
}

export interface Content {
	manifest: Manifest;
	settings: string;
	show: Tables;
	/** Null: there are none. 'locked': there are, and no passphrase was given. */
	secrets: Sealed | 'locked' | null;
	/** Rows that this studio cannot use; they are not in the tables. */
	unusable: Unusable[];
}

/** Throws StudioError `disk` when the database cannot be read. */
export function presentTables(dataDir: string, kinds: readonly ('show' | 'account')[]): Tables {
	try {
		const connection = new SQLite(join(dataDir, 'studio.db'), { readonly: true, fileMustExist: true, timeout: 2000 });
		try {
			return readTables(connection, kinds);
		} finally {
			connection.close();
		}
	} catch (error) {
		throw new StudioError('disk', `the database cannot be read: ${messageOf(error)}`);
	}
}

/** Texts by name. */
export function presentKeys(keysDir: string): Record<string, string> {
	try {
		const found = readdirSync(keysDir).filter((name) => keyNames.test(name));
		return Object.fromEntries(found.map((name) => [name, readFileSync(join(keysDir, name), 'utf8')]));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw error;
	}
}

/** With a passphrase it includes secrets, accounts and keys, sealed. Throws `invalid` when it is too short. */
export async function makeBackup({ dataDir, keysDir, settings, version }: Present, passphrase: string | null): Promise<Buffer> {
	const files: Files = {
		'settings.yaml': Buffer.from(withoutSecretText(settings.document)),
		'show.json': Buffer.from(JSON.stringify(presentTables(dataDir, ['show']))),
	};
	if (passphrase !== null) {
		const sealed: Sealed = {
			settings: secretsIn(settings.document, settings.values),
			accounts: presentTables(dataDir, ['account']),
			keys: presentKeys(keysDir),
		};
		files['secrets.bin'] = await seal(Buffer.from(JSON.stringify(sealed)), passphrase);
	}
	const manifest: Manifest = {
		format,
		version,
		database: migrations.length,
		madeAt: new Date().toISOString(),
		files: Object.fromEntries(Object.entries(files).map(([name, data]) => [name, sha256(data)])),
	};
	return makeArchive({ 'manifest.json': Buffer.from(JSON.stringify(manifest, null, '\t')), ...files });
}

/** Throws `invalid`, `too-large`, and `conflict` for a newer version. */
export async function readBackup(archive: Buffer, passphrase: string | null): Promise<Content> {
	const { 'manifest.json': head, ...files } = await openArchive(archive);
	const manifest = validate(manifestSchema, parsed(head, 'manifest.json'), 'manifest.json');
	if (manifest.format > format || manifest.database > migrations.length) {
		const made = `the backup was made by a newer R58 Studio (${manifest.version})`;
		throw new StudioError('conflict', `${made}; update this one first`);
	}
	for (const [name, data] of Object.entries(files))
		if (manifest.files[name] !== sha256(data)) throw new StudioError('invalid', `${name} of the backup is damaged`);
	const { 'settings.yaml': settings, 'show.json': show, 'secrets.bin': sealed } = files;
	if (!settings || Object.keys(manifest.files).some((name) => !(name in files)))
		throw new StudioError('invalid', 'a file of the backup is missing');
	const leftOut = new LeftOut();
	const secrets = sealed ? (passphrase === null ? 'locked' : await opened(sealed, passphrase)) : null;
	return {
		manifest,
		settings: settings.toString('utf8'),
		show: usable(validate(showTables, parsed(show, 'show.json'), 'show.json') as Tables, leftOut),
		secrets: secrets === null || secrets === 'locked' ? secrets : { ...secrets, accounts: usable(secrets.accounts, leftOut) },
		unusable: leftOut.list(),
	};
}

/** Judges each row by itself. */
function usable(tables: Tables, leftOut: LeftOut): Tables {
	return Object.fromEntries(
		Object.entries(tables).map(([name, rows]) => {
			const { kind, check } = travelling(name);
			const fits = rows.filter((row) => {
				const read = () => check(row);
				return leftOut.fitting(kind(row), [row], ({ id, key }) => String(id ?? key), read).length > 0;
			});
			return [name, fits];
		}),
	);
}

async function opened(sealed: Buffer, passphrase: string): Promise<Sealed> {
	return validate(sealedSchema, parsed(await unseal(sealed, passphrase), 'secrets.bin'), 'secrets.bin') as Sealed;
}

function parsed(data: Buffer | undefined, name: string): unknown {
	try {
		return JSON.parse(data!.toString('utf8'));
	} catch {
		throw new StudioError('invalid', `the file is not a backup: ${name} is missing or damaged`);
	}
}

function sha256(data: Buffer): string {
	return createHash('sha256').update(data).digest('hex');
}
