/** Whatever stands in the database, the settings or a backup: the studio starts as far as its panel, with what can be used. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import * as assert from 'uvu/assert';
import { makeArchive, openArchive } from '../../../service/backup/archive.js';
import { openStore } from '../../../service/store/store.js';
import { backupsOf, type Folder, makeFolder } from '../../tools/dataFolder.js';
import { type Panel, panelOf } from '../../tools/panelOf.js';
import { Random } from '../../tools/random.js';
import { test } from '../../tools/suite.js';

const rounds = process.env.R58_LONG ? 2000 : 24;
const made: string[] = [];
test.after(() => {
	for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

function copyOf({ dataDir }: Folder): Folder {
	const copy = mkdtempSync(join(tmpdir(), 'r58-any-'));
	made.push(copy);
	cpSync(dataDir, copy, { recursive: true });
	return { dataDir: copy, keysDir: join(copy, 'tls') };
}

/** A folder that was in use: a row in every table. */
let base: Folder;
test.before(async () => {
	base = makeFolder('Ada');
	made.push(base.dataDir);
	await panelOf(base);
	const store = openStore(base.dataDir);
	store.settings.set('strips', { master: { gainDb: -6 }, hdmi1: { gainDb: 3, mute: true } });
	store.settings.set('sources', { hdmi1: { label: 'Camera', delayMs: 80 }, hdmi2: { backup: 'hdmi1' } });
	store.settings.set('guestCaps', { 'guest-ada': 800 });
	store.settings.set('inputs', { 'uvcvideo usb1/1-2': 'hdmi1' });
	store.settings.set('buses', { preview: 'source-hdmi1', program: 'scene-1' });
	store.settings.set('showPlan', { minutes: 90 });
	store.users.create({ name: 'Ada', role: 'technician', password: 'scrypt' });
	const { id } = store.tokens.create({ label: 'Bob', role: 'viewer', streamers: ['program'] });
	store.sessions.create({ owner: { token: id }, address: '192.0.2.7', agent: 'test' });
	store.recordings.put({
		id: 'rec-1',
		name: 'First',
		state: 'recording',
		startedAt: '2026-01-02T03:04:05.000Z',
		startFrame: 7,
		startPtsNs: '1',
		durationMs: 1000,
		files: [],
		lastError: null,
	});
	store.close();
});

const odd: unknown[] = [
	'',
	'x',
	'__proto__',
	'constructor',
	'../../x',
	'{',
	'[]',
	'null',
	'a.b.c',
	'\u0000',
	'😀'.repeat(500),
	-1,
	0,
	1e308,
	null,
	[],
	{},
];

/** The same value with one thing in it that is another. */
function mutated(value: unknown, random: Random): unknown {
	const any = () => odd[Math.floor(random.next() * odd.length)];
	if (typeof value !== 'object' || value === null || random.next() < 0.2) return any();
	const entries: [string, unknown][] = Object.entries(value);
	if (entries.length === 0) return any();
	const [key, inner] = entries[Math.floor(random.next() * entries.length)]!;
	const changed = random.next() < 0.15 ? undefined : mutated(inner, random);
	return Array.isArray(value) ? value.map((item, at) => (String(at) === key ? changed : item)) : { ...value, [key]: changed };
}

/** A text of a cell: what JSON is in it stays JSON, mostly. */
function mutatedText(text: string, random: Random): unknown {
	if (random.next() < 0.3) return odd[Math.floor(random.next() * odd.length)];
	try {
		return JSON.stringify(mutated(JSON.parse(text), random)) ?? null;
	} catch {
		return odd[Math.floor(random.next() * odd.length)];
	}
}

type StoredRow = Record<string, string | number | null | Buffer>;

function mutateDatabase({ dataDir }: Folder, random: Random): void {
	const database = new SQLite(join(dataDir, 'studio.db'));
	database.pragma('foreign_keys = OFF');
	const tables = database
		.prepare<unknown[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
		.all()
		.map(({ name }) => name);
	for (let n = 0; n < 6; n += 1) {
		const table = tables[Math.floor(random.next() * tables.length)]!;
		const rows = database.prepare<unknown[], StoredRow>(`SELECT rowid AS at, * FROM "${table}"`).all();
		if (rows.length === 0) continue;
		const { at, ...row } = rows[Math.floor(random.next() * rows.length)]!;
		const columns = Object.keys(row);
		const column = columns[Math.floor(random.next() * columns.length)]!;
		const value = typeof row[column] === 'string' ? mutatedText(row[column], random) : odd[Math.floor(random.next() * 12)];
		const cell = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
		try {
			if (random.next() < 0.7) database.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE rowid = ?`).run(cell, at);
			else
				for (let copy = 0; copy < 20; copy += 1) {
					const other = {
						...row,
						...('id' in row && { id: typeof row.id === 'string' ? `${row.id}${copy}` : null }),
						[column]: cell,
					};
					database
						.prepare(`INSERT INTO "${table}" (${columns.map((name) => `"${name}"`)}) VALUES (${columns.map(() => '?')})`)
						.run(Object.values(other));
				}
		} catch {
			// What the database itself does not take cannot stand in it.
		}
	}
	if (random.next() < 0.1) database.exec(`DROP TABLE "${tables[Math.floor(random.next() * tables.length)]}"`);
	if (random.next() < 0.1) database.pragma(`user_version = ${Math.floor(random.next() * 5)}`);
	database.close();
}

function mutateText(path: string, random: Random): void {
	const bytes = readFileSync(path);
	const lines = bytes.toString('latin1').split('\n');
	const at = Math.floor(random.next() * lines.length);
	const word = String(odd[Math.floor(random.next() * odd.length)]);
	const choice = random.next();
	if (choice < 0.3) lines.splice(at, 1);
	else if (choice < 0.6) lines[at] = lines[at]!.replace(/:.*$/, `: ${word}`);
	else if (choice < 0.8) lines.splice(at, 0, word);
	else bytes[Math.floor(random.next() * bytes.length)]! ^= 1 << Math.floor(random.next() * 8);
	writeFileSync(path, choice < 0.8 ? Buffer.from(lines.join('\n'), 'latin1') : bytes);
}

async function mutateBackup(folder: Folder, random: Random): Promise<void> {
	const backups = backupsOf(folder);
	const files = await openArchive(await backups.make(null));
	const show = JSON.parse(String(files['show.json'])) as Record<string, object[]>;
	for (let n = 0; n < 4; n += 1) {
		const names = Object.keys(show);
		const rows = show[names[Math.floor(random.next() * names.length)]!]!;
		const row = rows[Math.floor(random.next() * rows.length)];
		if (!row) continue;
		const cells: [string, unknown][] = Object.entries(row);
		const [column, cell] = cells[Math.floor(random.next() * cells.length)]!;
		rows.push({ ...row, [column]: mutatedText(String(cell), random) });
	}
	const data = Buffer.from(JSON.stringify(show));
	const manifest = JSON.parse(String(files['manifest.json'])) as { files: Record<string, string> };
	manifest.files['show.json'] = createHash('sha256').update(data).digest('hex');
	const archive = await makeArchive({ ...files, 'show.json': data, 'manifest.json': Buffer.from(JSON.stringify(manifest)) });
	await backups.restore(archive, null).catch(() => {});
	const pending = join(folder.dataDir, '.pending.json');
	if (readdirSync(folder.dataDir).includes('.pending.json') && random.next() < 0.3) mutateText(pending, random);
}

test('twelve guests and four inputs: the panel comes up, and who has no input of the mixer comes in when one is free', async () => {
	const folder = copyOf(base);
	const store = openStore(folder.dataDir);
	for (let n = 0; n < 11; n += 1)
		store.guests.put({ id: `guest-${n}`, name: `Guest ${n}`, createdAt: '2026-01-01T00:00:00.000Z' });
	store.close();
	await panelOf(folder, async ({ state, studio, broken }: Panel) => {
		assert.equal(broken, []);
		assert.is(Object.keys(state.sources).length, 12);
		assert.is(Object.keys(state.guests).length, 8);
		const waiting = () => studio.faults.list().filter(({ code }) => code === 'no-slot');
		// Four guests, and the RTP source.
		assert.is(waiting().length, 5);
		assert.match(waiting()[0]!.message, /^Guest 7 has no mixer input/);
		assert.ok(waiting()[0]!.remedy);
		await studio.guests.remove('guest-0');
		assert.is(waiting().length, 4);
		const { sources, guests, scenes, audio } = studio.state.current;
		assert.ok(sources['guest-7'] && guests['guest-7'] && scenes['source-guest-7'] && audio['guest-7']);
	});
});

test('an entry that cannot be used is left out alone, told, and stays in the database', async () => {
	const folder = copyOf(base);
	const database = new SQLite(join(folder.dataDir, 'studio.db'));
	database.prepare("INSERT INTO scenes VALUES ('broken', 'x', '[{')").run();
	database.prepare("INSERT INTO guests VALUES ('../../x', '<b>', 'x')").run();
	database.prepare("UPDATE settings SET value = json_set(value, '$.hdmi1.gainDb', 1e9) WHERE key = 'strips'").run();
	const rowsBefore = database.prepare('SELECT count(*) AS count FROM scenes').get();
	database.close();
	await panelOf(folder, ({ state, studio, broken }) => {
		assert.equal(broken, []);
		assert.equal(Object.keys(state.guests), ['guest-ada']);
		assert.ok(state.scenes['scene-0'] && !state.scenes.broken);
		assert.equal([state.audio.master!.gainDb, state.audio.hdmi1!.gainDb], [-6, 0]);
		const told = studio.faults.list().filter(({ code }) => code === 'left-out');
		assert.equal(told.map(({ subject }) => subject).sort(), ['guests', 'scenes', 'settings']);
		assert.match(told.map(({ message }) => message).join(), /broken \(layers is not JSON\)/);
		assert.ok(told.every(({ remedy }) => remedy));
	});
	const after = new SQLite(join(folder.dataDir, 'studio.db'), { readonly: true });
	assert.equal(after.prepare('SELECT count(*) AS count FROM scenes').get(), rowsBefore);
	after.close();
});

test('whatever is changed in database, settings, keys or a backup, the panel answers', async () => {
	const seed = Number(process.env.R58_SEED ?? 58);
	for (let round = 0; round < rounds; round += 1) {
		const random = new Random(seed + round);
		const folder = copyOf(base);
		const { dataDir, keysDir } = folder;
		const what = round % 4;
		if (what < 2) mutateDatabase(folder, random);
		if (what === 2) for (let n = 0; n < 3; n += 1) mutateText(join(dataDir, 'settings.yaml'), random);
		if (what === 3) await mutateBackup(folder, random);
		const keys = readdirSync(keysDir);
		if (random.next() < 0.3) mutateText(join(keysDir, keys[Math.floor(random.next() * keys.length)]!), random);
		const panel = await panelOf(folder).catch((error: Error) => {
			throw new Error(`round ${seed + round}: ${error.stack}`);
		});
		assert.equal(panel.broken, [], `round ${seed + round}`);
		rmSync(dataDir, { recursive: true, force: true });
	}
});

test.run();
