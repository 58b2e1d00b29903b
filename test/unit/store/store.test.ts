import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { faultText } from '../../../service/contract/faultKinds.js';
import type { Recording } from '../../../service/contract/recordings.js';
import { migrations } from '../../../service/store/migrations.js';
import type { SettingsKey } from '../../../service/store/settings.js';
import { openStore } from '../../../service/store/store.js';
import { StudioError } from '../../../service/util/errors.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { test } from '../../tools/suite.js';

let dir: string;
test.before.each(() => {
	dir = temporaryFolder();
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const by = (token: string) => ({ owner: { token }, address: '192.0.2.7', agent: 'test' });

const recording: Recording = {
	id: 'recording-1',
	name: 'First',
	state: 'finished',
	startedAt: '2026-01-02T03:04:05.000Z',
	startFrame: 7,
	startPtsNs: '123456789012345',
	durationMs: 1000,
	files: [],
	lastError: null,
};

test('what was stored is there after the next start', () => {
	const store = openStore(dir);
	const { token } = store.tokens.create({ label: 'Ada', role: 'guest', guest: 'guest-ada' });
	const cookie = store.sessions.create(by(store.tokens.find(token)!.id));
	store.guests.put({ id: 'guest-ada', name: 'Ada', createdAt: '2026-01-01T00:00:00.000Z' });
	store.guests.put({ id: 'guest-ada', name: 'Ada L.', createdAt: '2026-01-01T00:00:00.000Z' });
	store.scenes.put({ id: 'two', label: 'Two', layers: [] });
	store.scenes.put({ id: 'one', label: 'One', layers: [] });
	store.scenes.put({ id: 'two', label: 'Second', layers: [] });
	store.recordings.put(recording);
	store.settings.set('buses', { program: 'one' });
	store.close();

	const again = openStore(dir);
	assert.is(again.fault, null);
	assert.is(again.tokens.find(token)!.guest, 'guest-ada');
	assert.is(again.sessions.find(cookie)!.token!.role, 'guest');
	assert.equal(again.guests.list(), [{ id: 'guest-ada', name: 'Ada L.', createdAt: '2026-01-01T00:00:00.000Z' }]);
	assert.equal(
		again.scenes.list().map(({ label }) => label),
		['Second', 'One'],
	);
	assert.equal(again.recordings.list(), [recording]);
	assert.equal(again.settings.get('buses', z.object({ program: z.string() })), { program: 'one' });
	assert.is(again.settings.get('buses', z.object({ other: z.string() })), null);
	assert.is(again.settings.get('showPlan', z.string()), null);
	again.close();
});

test('secrets are stored as hashes only', () => {
	const store = openStore(dir);
	const { token, id } = store.tokens.create({ label: 'Ada', role: 'operator' });
	const cookie = store.sessions.create(by(id));
	assert.match(token, /^[\w-]{43}$/);
	for (const name of readdirSync(dir)) assert.is(statSync(join(dir, name)).mode & 0o777, 0o600, name);
	store.close();
	for (const name of readdirSync(dir)) {
		const bytes = readFileSync(join(dir, name), 'latin1');
		assert.not.ok(bytes.includes(token) || bytes.includes(cookie), name);
	}
});

test('expired tokens and sessions of removed tokens count for nothing', () => {
	const store = openStore(dir);
	assert.is(store.tokens.find(store.tokens.create({ label: 'x', role: 'viewer', expiresInS: -1 }).token), null);
	const { id, token } = store.tokens.create({ label: 'x', role: 'viewer', streamers: ['multiview'], expiresInS: 60 });
	assert.equal(store.tokens.find(token)!.streamers, ['multiview']);
	const cookie = store.sessions.create(by(id));
	assert.ok(store.sessions.find(cookie));
	assert.ok(store.tokens.remove(id));
	assert.not.ok(store.tokens.remove(id));
	assert.is(store.sessions.find(cookie), null);
	store.close();
});

test('a session lives on while it is used', () => {
	const store = openStore(dir);
	const cookie = store.sessions.create(by(store.tokens.create({ label: 'x', role: 'operator' }).id));
	assert.is(store.sessions.find(cookie)!.aging, false);
	const soon = new Date(Date.now() + 86_400_000).toISOString();
	const raw = new SQLite(join(dir, 'studio.db'));
	raw.prepare('UPDATE sessions SET expires_at = ?').run(soon);
	assert.is(store.sessions.find(cookie)!.aging, true);
	store.sessions.extend(cookie);
	assert.is(store.sessions.find(cookie)!.aging, false);
	raw.prepare('UPDATE sessions SET expires_at = ?').run(new Date().toISOString());
	raw.close();
	assert.is(store.sessions.find(cookie), null);
	store.close();
});

test('an older database is taken to this version, a newer one is refused and left alone', () => {
	const path = join(dir, 'studio.db');
	const version = () => {
		const raw = new SQLite(path);
		const found = raw.pragma('user_version', { simple: true });
		raw.close();
		return found;
	};
	openStore(dir).close();
	assert.is(version(), migrations.length);
	openStore(dir).close();
	const raw = new SQLite(path);
	raw.pragma('user_version = 999');
	raw.close();
	assert.throws(
		() => openStore(dir),
		(error: unknown) => error instanceof StudioError && error.code === 'conflict' && /newer R58 Studio/.test(error.message),
	);
	assert.is(version(), 999);
});

for (const [what, damage] of [
	['garbage', () => 'not a database at all, '.repeat(500)],
	['a damaged page', (bytes: Buffer) => bytes.fill(0xff, 4096, 8192)],
	['a cut-off file', (bytes: Buffer) => bytes.subarray(0, 5000)],
] as const) {
	test(`${what} in place of the database is moved aside, and a new one started`, () => {
		const store = openStore(dir);
		for (let i = 0; i < 200; i += 1) store.settings.set(`key-${i}` as SettingsKey, 'x'.repeat(200));
		store.close();
		mkdirSync(join(dir, 'recordings'));
		const path = join(dir, 'studio.db');
		writeFileSync(path, damage(readFileSync(path)));
		const again = openStore(dir);
		assert.is(again.fault?.code, 'database-damaged');
		const kept = readdirSync(dir).find((name) => /^studio\.db\.damaged-[\dTZ-]+$/.test(name));
		assert.ok(kept && faultText(again.fault!).message.includes(kept));
		assert.equal(again.scenes.list(), []);
		again.settings.set('boot', true);
		again.close();
		assert.ok(existsSync(join(dir, 'recordings')));
		const third = openStore(dir);
		assert.is(third.fault, null);
		assert.is(third.settings.get('boot', z.boolean()), true);
		third.close();
	});
}

test('a folder in place of the database is an error that names it', () => {
	mkdirSync(join(dir, 'studio.db'));
	assert.throws(
		() => openStore(dir),
		(error: unknown) => error instanceof StudioError && error.code === 'disk' && error.message.includes(join(dir, 'studio.db')),
	);
});

test.run();
