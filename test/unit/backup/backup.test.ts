import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import SQLite from 'better-sqlite3';
import { pack } from 'tar-stream';
import * as assert from 'uvu/assert';
import { makeArchive, openArchive } from '../../../service/backup/archive.js';
import type { Manifest } from '../../../service/backup/content.js';
import { finishPending } from '../../../service/backup/pending.js';
import { type Tables, tableNames } from '../../../service/backup/tables.js';
import { faultText } from '../../../service/contract/faultKinds.js';
import { LeftOut } from '../../../service/store/leftOut.js';
import { StudioError } from '../../../service/util/errors.js';
import { backupsOf, type Folder, makeFolder, secrets, settingsOf, silent, stateOf } from '../../tools/dataFolder.js';
import { cutAt } from '../../tools/machine/powerCut.js';
import { Random } from '../../tools/random.js';
import { test } from '../../tools/suite.js';
import { within } from '../../tools/wait.js';

const kills = process.env.R58_LONG ? 100 : 6;
/** So many at the most until both states were found: which one a kill finds is left to chance. */
const killsMost = 10 * kills;
const childFile = new URL('../../tools/machine/restoreChild.js', import.meta.url).pathname;
const r58File = new URL('../../../service/cli/r58.js', import.meta.url).pathname;
type State = ReturnType<typeof stateOf>;
const passphrase = 'correct horse battery';
const folders: Folder[] = [];
const folder = (name: string, scenes?: number) => {
	const made = makeFolder(name, scenes);
	folders.push(made);
	return made;
};
const copies: string[] = [];
function copyOf({ dataDir }: Folder): Folder {
	const copy = join(tmpdir(), `r58-copy-${process.pid}-${copies.length}`);
	cpSync(dataDir, copy, { recursive: true });
	copies.push(copy);
	return { dataDir: copy, keysDir: join(copy, 'tls') };
}
test.after(() => {
	for (const dir of [...folders.map(({ dataDir }) => dataDir), ...copies]) rmSync(dir, { recursive: true, force: true });
});
const start = (at: Folder) => finishPending({ ...at, log: silent });

async function refusal(work: Promise<unknown>): Promise<StudioError> {
	try {
		await work;
	} catch (error) {
		if (error instanceof StudioError) return error;
		throw error;
	}
	throw new Error('it was taken');
}

test('a backup with a passphrase brings everything to another machine, after it has said what it changes', async () => {
	const [a, b] = [folder('Ada'), folder('Bertha', 5)];
	const archive = await backupsOf(a).make(passphrase);
	const before = stateOf(b);
	const plan = await backupsOf(b).plan(archive, passphrase);
	assert.equal(stateOf(b), before, 'a plan changes nothing');
	assert.equal([plan.restart, plan.secrets, plan.left], [true, 'restored', []]);
	const said = plan.changes.map(({ text }) => text).join('\n');
	assert.match(said, /network\.publicAddress: 192\.0\.2\.6 → 192\.0\.2\.3/);
	assert.match(said, /Scenes removed: Bertha 3, Bertha 4; changed: Ada 0, Ada 1, Ada 2/);
	assert.match(said, /Guests added: Ada; removed: Bertha/);
	assert.not.match(JSON.stringify(plan), /canary/);

	await backupsOf(b).restore(archive, passphrase);
	assert.equal(stateOf(b), before, 'the running show is not touched');
	start(b);
	assert.equal(stateOf(b), stateOf(a));
	assert.equal((await backupsOf(b).plan(archive, passphrase)).changes, [], 'there is nothing left to change');

	backupsOf(b).undo();
	start(b);
	assert.equal(stateOf(b), before);
	backupsOf(b).undo();
	start(b);
	assert.equal(stateOf(b), stateOf(a), 'undone twice is done');
});

test('a backup without a passphrase holds no secret; what needs one is left out, or keeps that of the machine', async () => {
	const [a, b] = [folder('Ada'), folder('Bob')];
	const archive = await backupsOf(a).make(null);
	for (const secret of secrets) assert.not.ok(gunzipSync(archive).includes(secret), secret);
	const sealed = gunzipSync(await backupsOf(a).make(passphrase));
	for (const secret of [...secrets, 'token-']) assert.not.ok(sealed.includes(secret), secret);
	const locked = await backupsOf(b).plan(await backupsOf(a).make(passphrase), null);
	assert.is(locked.secrets, 'locked');
	const tokens = stateOf(b).tables.tokens;
	await backupsOf(b).restore(archive, null);
	start(b);
	assert.equal(stateOf(b).settings, stateOf(a).settings, 'a server of the same name keeps its secret');
	assert.equal(stateOf(b).tables.tokens, tokens, 'accounts stay');

	const empty = folder('Empty');
	backupsOf(empty).reset({ keys: false, recordings: false });
	start(empty);
	const plan = await backupsOf(empty).restore(archive, null);
	assert.is(plan.left.length, 2);
	assert.match(plan.left.join(), /network\.servers “ours”: its secret is neither in the backup.*network\.cloudflare: /);
	start(empty);
	const { network } = stateOf(empty).settings;
	assert.equal([network.servers, network.cloudflare, network.publicAddress], [[], null, '192.0.2.3']);
});

test('a backup has no secret of this machine sent elsewhere: a server of the same name at another address is left out', async () => {
	const [a, b] = [folder('Ada'), folder('Bob')];
	settingsOf(a).patch({
		network: {
			servers: [{ name: 'ours', urls: ['turn:thief.example'], secret: 'another one' }],
			cloudflare: { keyId: 'k1', apiToken: 'another one', apiUrl: 'http://thief.example' },
		},
	});
	const { left } = await backupsOf(b).restore(await backupsOf(a).make(null), null);
	assert.is(left.length, 2);
	for (const line of left) assert.match(line, /its secret was entered here for another address/);
	start(b);
	const { network } = stateOf(b).settings;
	assert.equal([network.servers, network.cloudflare], [[], null]);
});

test('a restore of settings alone counts at once', async () => {
	const a = folder('Ada');
	const archive = await backupsOf(a).make(null);
	const backups = backupsOf(a);
	const path = join(a.dataDir, 'settings.yaml');
	writeFileSync(path, readFileSync(path, 'utf8').replace('tcp: false', 'tcp: true'));
	assert.is(stateOf(a).settings.network.tcp, true);
	const now = backupsOf(a);
	const plan = await now.restore(archive, null);
	assert.equal([plan.restart, plan.changes.map(({ text }) => text)], [false, ['network.tcp: true → false']]);
	assert.is(stateOf(a).settings.network.tcp, false);
	assert.is(backups.pending(), null);
});

test('backups of newer versions, damaged ones and other files are refused, and nothing is changed', async () => {
	const a = folder('Ada');
	const archive = await backupsOf(a).make(passphrase);
	const before = stateOf(a);
	const files = await openArchive(archive);
	const manifest = JSON.parse(String(files['manifest.json'])) as Manifest;
	const withManifest = (change: object) =>
		makeArchive({ ...files, 'manifest.json': Buffer.from(JSON.stringify({ ...manifest, ...change })) });
	const refused = async (bytes: Buffer) => (await refusal(backupsOf(a).restore(bytes, passphrase))).code;
	assert.is(await refused(await withManifest({ format: 2 })), 'conflict');
	assert.is(await refused(await withManifest({ database: 10_000 })), 'conflict');
	assert.match(
		(await refusal(backupsOf(a).plan(await withManifest({ format: 2, version: '9.9' }), null))).message,
		/newer.*9\.9/,
	);
	assert.match((await refusal(backupsOf(a).plan(archive, 'another passphrase'))).message, /wrong passphrase/);
	assert.is((await refusal(backupsOf(a).make('short'))).code, 'invalid');
	const random = new Random(58);
	for (let n = 0; n < 60; n += 1) {
		const bytes = Buffer.from(n % 2 ? archive : gunzipSync(archive));
		const at = Math.floor(random.next() * bytes.length);
		bytes[at]! ^= 1 << Math.floor(random.next() * 8);
		const hurt = n % 2 ? bytes : gzipSync(bytes);
		// A changed bit may be in what nobody reads: the time of the archive, a padding.
		const { settings, tables } = await backupsOf(a)
			.plan(n % 3 ? hurt : bytes.subarray(0, at), null)
			.then(
				() => before,
				(error: unknown) => {
					assert.ok(error instanceof StudioError && ['invalid', 'too-large', 'conflict'].includes(error.code), `${n}: ${error}`);
					return before;
				},
			);
		assert.ok(settings && tables);
	}
	for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), gzipSync('hello'), gzipSync(Buffer.alloc(1024))])
		assert.is(await refused(bytes), 'invalid');
	assert.equal(stateOf(a), before);
});

test('a backup brings back every row that can be used, each by itself; tables of another kind are refused', async () => {
	const a = folder('Ada');
	const files = await openArchive(await backupsOf(a).make(null));
	const show = JSON.parse(String(files['show.json'])) as Tables;
	const withShow = (change: object) => {
		const data = Buffer.from(JSON.stringify({ ...show, ...change }));
		const manifest = JSON.parse(String(files['manifest.json'])) as { files: Record<string, string> };
		manifest.files['show.json'] = createHash('sha256').update(data).digest('hex');
		return makeArchive({ ...files, 'show.json': data, 'manifest.json': Buffer.from(JSON.stringify(manifest)) });
	};
	await backupsOf(a).plan(await withShow({}), null);
	for (const change of [{ sessions: [] }, { sqlite_master: [] }, { guests: 'none' }])
		assert.is((await refusal(backupsOf(a).restore(await withShow(change), null))).code, 'invalid', JSON.stringify(change));
	const [scene, target] = [show.scenes![0]!, { collection: 'targets', id: 'target-1' }];
	const evil: Record<string, object[]> = {
		scenes: [
			{ ...scene, id: 'a', layers: '[{"source":7}]' },
			{ ...scene, id: 'b', layers: 'no json' },
			{ ...scene, id: 'a.b.c' },
			{ ...scene, id: '__proto__' },
			{ ...scene, id: 'constructor' },
			{ ...scene, id: 'source-hdmi1' },
		],
		guests: [{ id: '../../x', name: '<b>', created_at: 'x' }, { id: 'guest-1' }],
		documents: [
			{ ...target, document: '{"id":"target-1","host":7}' },
			{ ...target, document: JSON.stringify({ id: '../x y', kind: 'rtp', label: 'l', host: '192.0.2.1', videoPort: 5004 }) },
			{ collection: 'rtp-sources', id: 'rtp-2', document: '{"id":"rtp-2","label":"l","rtp":{"listen":"all"}}' },
			{ collection: 'others', id: 'x', document: '{"id":"x"}' },
		],
		settings: [{ key: 'strips', value: '{' }],
	};
	for (const [table, rows] of Object.entries(evil))
		for (const row of rows) {
			const plan = await backupsOf(a).plan(await withShow({ [table]: [...show[table]!, row] }), null);
			assert.is(plan.left.length, 1, JSON.stringify(row));
			assert.match(plan.left[0]!, /is not usable/);
			assert.equal(plan.changes, [], JSON.stringify(row));
		}
	// What only the database refuses.
	const twice = await withShow({ scenes: [scene, { ...scene, 'label" --': 'x', id: 'c' }, scene, { ...scene, id: 'last' }] });
	await backupsOf(a).restore(twice, null);
	const leftOut = new LeftOut();
	assert.is(finishPending({ ...a, log: silent, leftOut }), null);
	assert.equal(
		stateOf(a).tables.scenes!.map(({ id }) => id),
		[scene.id, 'last'],
	);
	assert.match(
		faultText(leftOut.faults()[0]!).message,
		/^2 of the scenes cannot be used and were left out: c \(.*has no column.*UNIQUE/,
	);
	assert.is(backupsOf(a).pending(), null);
});

test('settings of a backup that cannot be used leave those that are here, and the show comes back all the same', async () => {
	const [a, b] = [folder('Ada'), folder('Bertha')];
	const files = await openArchive(await backupsOf(a).make(null));
	const settings = Buffer.from('network: { tcp: perhaps }\n');
	const manifest = JSON.parse(String(files['manifest.json'])) as { files: Record<string, string> };
	manifest.files['settings.yaml'] = createHash('sha256').update(settings).digest('hex');
	const broken = await makeArchive({
		...files,
		'settings.yaml': settings,
		'manifest.json': Buffer.from(JSON.stringify(manifest)),
	});
	const before = stateOf(b).settings;
	const plan = await backupsOf(b).restore(broken, null);
	assert.match(plan.left.join(), /network\.tcp: .*the current settings stay/);
	start(b);
	assert.equal(stateOf(b).settings, before);
	assert.is(stateOf(b).tables.guests![0]!.name, 'Ada');
});

test('archives with paths, links, other files or without an end are refused before they cost anything', async () => {
	const a = folder('Ada');
	const tar = async (header: { name: string; type?: 'symlink' | 'directory'; linkname?: string }, data = 'x') => {
		const made = pack();
		made.entry(header, header.type ? '' : data);
		made.finalize();
		const chunks: Buffer[] = [];
		for await (const chunk of made) chunks.push(chunk as Buffer);
		return gzipSync(Buffer.concat(chunks));
	};
	for (const header of [
		{ name: '../settings.yaml' },
		{ name: '/etc/passwd' },
		{ name: 'tls/authority.key' },
		{ name: '__proto__' },
		{ name: 'settings.yaml', type: 'symlink' as const, linkname: '/etc/passwd' },
		{ name: 'manifest.json', type: 'directory' as const },
	])
		assert.is((await refusal(backupsOf(a).plan(await tar(header), null))).code, 'invalid', header.name);
	const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024));
	assert.is((await refusal(backupsOf(a).plan(bomb, null))).code, 'too-large');
	const inFile = await tar({ name: 'show.json' }, ' '.repeat(33 * 1024 * 1024));
	assert.is((await refusal(backupsOf(a).plan(inFile, null))).code, 'too-large');
});

/** A folder where going back to before the last restore is a restore of everything. */
async function restored(): Promise<{ at: Folder; old: State; wanted: State }> {
	const [a, b] = [folder('Ada'), folder('Bertha')];
	const wanted = stateOf(b);
	await backupsOf(b).restore(await backupsOf(a).make(passphrase), passphrase);
	start(b);
	return { at: b, old: stateOf(b), wanted };
}

test('a power cut at any call of a restore leaves the old state or the new one, never a mixture', async () => {
	const { at, old, wanted } = await restored();
	const seen = { old: 0, new: 0 };
	for (let n = 0, cut = true; cut; n += 1) {
		const copy = copyOf(at);
		const backups = backupsOf(copy);
		cut = await cutAt(n, () => {
			backups.undo();
			start(copy);
		});
		start(copy);
		const is = isDeepStrictEqual(stateOf(copy), old) ? 'old' : 'new';
		if (is === 'new') assert.equal(stateOf(copy), wanted, `cut at call ${n}`);
		seen[is] += 1;
		backupsOf(copy).undo();
		start(copy);
		assert.equal(stateOf(copy), is === 'old' ? wanted : old, `cut at call ${n}: undone after it`);
	}
	assert.ok(seen.old > 3 && seen.new > 10, `${seen.old} old, ${seen.new} new`);
});

test('a service that is killed at any moment of restores has the old state or the new one at its next start', async () => {
	const { at, old, wanted } = await restored();
	const random = new Random(5);
	const seen = { old: 0, new: 0 };
	for (let kill = 0; kill < kills || (kill < killsMost && Math.min(seen.old, seen.new) === 0); kill += 1) {
		const child = spawn(process.execPath, [childFile, at.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
		const ended = new Promise((resolve) => child.once('exit', resolve));
		let rounds = 0;
		const worked = new Promise<void>((resolve) =>
			child.stdout.on('data', (text: Buffer) => {
				rounds += String(text).split('\n').length - 1;
				if (rounds > kill % 3) resolve();
			}),
		);
		await within(worked, 30_000, 'the child to work');
		// Where in its work it is killed is left to chance; that nothing is mixed is not.
		await sleep(random.between(0, 120));
		assert.is(child.exitCode, null, 'it goes on until it is killed');
		child.kill('SIGKILL');
		await ended;
		start(at);
		const is = isDeepStrictEqual(stateOf(at), old) ? 'old' : 'new';
		seen[is] += 1;
		if (is === 'new') assert.equal(stateOf(at), wanted, `kill ${kill}`);
	}
	assert.ok(seen.old > 0 && seen.new > 0, `all kills found one state: ${JSON.stringify(seen)}`);
});

test('a factory reset empties what it says, keeps what it says, and is not stopped by a power cut', async () => {
	const a = folder('Ada');
	mkdirSync(join(a.dataDir, 'recordings', 'rec-1'), { recursive: true });
	writeFileSync(join(a.dataDir, 'recordings', 'rec-1', 'program-1.mp4'), 'x');
	const old = stateOf(a);
	const isReset = (copy: Folder) => Object.values(stateOf(copy).tables).every((rows) => rows.length === 0);
	const reset = { old: 0, new: 0 };
	for (let n = 0, cut = true; cut; n += 1) {
		const copy = copyOf(a);
		cut = await cutAt(n, () => {
			backupsOf(copy).reset({ keys: true, recordings: n % 2 === 0 });
			start(copy);
		});
		start(copy);
		if (!isReset(copy)) {
			assert.equal(stateOf(copy), old, `cut at call ${n}`);
			reset.old += 1;
			continue;
		}
		reset.new += 1;
		const { settings, keys } = stateOf(copy);
		assert.equal([settings.network.servers, settings.network.cloudflare, keys], [[], null, {}], `cut at call ${n}`);
		const kept = n % 2 === 1;
		assert.is(readable(join(copy.dataDir, 'recordings', 'rec-1', 'program-1.mp4')), kept, `cut at call ${n}`);
		assert.is(readable(join(copy.dataDir, '.settings.last-good.yaml')), true);
	}
	assert.ok(reset.old >= 2 && reset.new > 5, JSON.stringify(reset));
});

test('the commands back up, restore, undo and reset where no service runs', () => {
	const [a, b] = [folder('Ada'), folder('Bob')];
	const file = join(a.dataDir, 'backup.tar.gz');
	const r58 = (at: Folder, ...args: string[]) => {
		const env = { ...process.env, R58_PASSPHRASE: passphrase };
		return spawnSync(process.execPath, [r58File, ...args, '--data', at.dataDir], { encoding: 'utf8', env, timeout: 60_000 });
	};
	assert.match(r58(a, 'backup', file).stdout, / written, with secrets, accounts and keys/);
	assert.is(statSync(file).mode & 0o777, 0o600);
	const before = stateOf(b);
	const asked = r58(b, 'restore', file);
	assert.is(asked.status, 1);
	assert.match(asked.stdout, /It changes:\n {2}network\.|Scenes changed: Ada 0/);
	assert.match(asked.stderr, /Nothing done: confirm with --yes/);
	assert.equal(stateOf(b), before);
	assert.is(r58(b, 'restore', file, '--yes').status, 0);
	assert.equal(stateOf(b), stateOf(a));
	assert.is(r58(b, 'restore', '--undo', '--yes').status, 0);
	assert.equal(stateOf(b), before);
	assert.is(r58(b, 'factory-reset').status, 2);
	assert.equal(stateOf(b), before);
	assert.is(r58(b, 'factory-reset', '--yes').status, 0);
	assert.equal(Object.values(stateOf(b).tables).flat(), []);
	assert.equal(stateOf(b).keys, before.keys, 'keys go only when they are named');
});

test('every table of the database is known to backups', () => {
	const { dataDir } = folder('Ada');
	const database = new SQLite(join(dataDir, 'studio.db'), { readonly: true });
	const tables = database.prepare<unknown[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
	database.close();
	assert.equal(
		tables.map(({ name }) => name).filter((name) => !tableNames.includes(name) && !name.startsWith('sqlite_')),
		[],
	);
});

function readable(path: string): boolean {
	try {
		readFileSync(path);
		return true;
	} catch {
		return false;
	}
}

test.run();
