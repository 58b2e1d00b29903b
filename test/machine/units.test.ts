/** The files of systemd/ as systemd's own programs judge them; what they do together is in test/machine/systemService.test.ts. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { patienceMs } from '../tools/wait.js';

const test = suite<{ folder: string }>('files for systemd');
const folder = join(root, 'systemd');
const units = readdirSync(folder).filter((name) => /\.(service|path)$/.test(name));

function run(program: string, ...words: string[]) {
	const { status, stdout, stderr, error } = spawnSync(program, words, {
		cwd: folder,
		encoding: 'utf8',
		timeout: patienceMs,
		// Complaints go to the journal otherwise.
		env: { ...process.env, SYSTEMD_LOG_TARGET: 'console', SYSTEMD_COLORS: '0' },
	});
	if (error) throw error;
	return { code: status, text: stdout + stderr };
}

test.before.each((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'r58-units-'));
});
test.after.each((context) => rmSync(context.folder, { recursive: true, force: true }));

test('every unit is one that systemd takes without a word', () => {
	assert.ok(units.includes('r58.service'));
	assert.equal(run('systemd-analyze', '--man=no', 'verify', ...units.map((name) => `./${name}`)), { code: 0, text: '' });
});

test('a unit with a mistake is not', (context) => {
	const unit = readFileSync(join(folder, 'r58.service'), 'utf8');
	const path = join(context.folder, 'r58.service');
	for (const mistake of ['ProtectSystem=a bit', 'ProtectSytem=strict']) {
		writeFileSync(path, unit.replace('ProtectSystem=strict', mistake));
		assert.match(run('systemd-analyze', '--man=no', 'verify', path).text, /r58\.service:\d+: .*ignoring/);
	}
});

test('each is exposed 2.5 at most, of 10', () => {
	for (const name of units.filter((unit) => unit.endsWith('.service'))) {
		const { code, text } = run('systemd-analyze', 'security', '--offline=true', '--threshold=25', '--no-pager', `./${name}`);
		assert.is(code, 0, `${name}: ${text.trim().split('\n').at(-1)}`);
	}
});

test('the user, its groups and its folders are made', (context) => {
	const place = (file: string, to: string) => {
		mkdirSync(join(context.folder, to), { recursive: true });
		copyFileSync(join(folder, file), join(context.folder, to, 'r58.conf'));
	};
	place('sysusers.conf', 'etc/sysusers.d');
	place('tmpfiles.conf', 'etc/tmpfiles.d');
	assert.equal(run('systemd-sysusers', `--root=${context.folder}`, 'r58.conf').code, 0);
	assert.equal(run('systemd-tmpfiles', `--root=${context.folder}`, '--create', 'r58.conf').code, 0);
	const user = readFileSync(join(context.folder, 'etc/passwd'), 'utf8').match(
		/^r58:x:(\d+):\d+:R58 Studio:\/var\/lib\/r58:\S+nologin$/m,
	);
	assert.ok(user);
	const groups = readFileSync(join(context.folder, 'etc/group'), 'utf8');
	for (const group of ['video', 'audio', 'render']) assert.match(groups, new RegExp(`^${group}:.*\\br58$`, 'm'));
	const keys = statSync(join(context.folder, 'var/lib/r58/tls'));
	assert.equal([keys.mode & 0o777, keys.uid], [0o700, Number(user[1])]);
});

test('the limits of the journal are ones it knows', () => {
	const known = /^(Storage|SystemMaxUse|SystemKeepFree|RuntimeMaxUse|MaxRetentionSec|RateLimitIntervalSec|RateLimitBurst)=\S+$/;
	const lines = readFileSync(join(folder, 'journald.conf'), 'utf8').split('\n');
	for (const line of lines.filter((text) => text && !/^[#[]/.test(text))) assert.match(line, known);
});

test('the scripts are ones the shell can read', () => {
	for (const name of ['install', 'uninstall', 'r58.sh']) {
		const shell = readFileSync(join(folder, name), 'utf8').startsWith('#!/bin/sh') ? 'sh' : 'bash';
		assert.equal(run(shell, '-n', name), { code: 0, text: '' });
	}
});

test.run();
