import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as assert from 'uvu/assert';
import { StudioError } from '../../service/errors.js';
import { withoutSecrets } from '../../service/settings/secrets.js';
import { Settings } from '../../service/settings/settings.js';
import { createLog } from '../../service/system/log.js';
import { temporaryFolder } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let dir: string;
test.before.each(() => {
	dir = temporaryFolder();
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const log = createLog('silent', new Writable({ write: (_chunk, _encoding, done) => done() }));
const open = () => new Settings({ dataDir: dir, log });
const path = () => join(dir, 'settings.yaml');
const text = () => readFileSync(path(), 'utf8');
function refusal(change: Record<string, unknown>, settings = open()): StudioError {
	try {
		settings.patch({ network: change });
	} catch (error) {
		if (error instanceof StudioError) return error;
		throw error;
	}
	throw new Error('it was taken');
}

const turn = { name: 'ours', urls: ['turn:turn.example.org:3478'], secret: 'north' };

test('a first start writes the file with comments, for its owner only', () => {
	const settings = open();
	assert.is(settings.problem, null);
	assert.equal(settings.current.network.ports, { first: 8189, last: 8289 });
	assert.match(text(), /# UDP ports that media use/);
	assert.is(statSync(path()).mode & 0o777, 0o600);
	assert.equal(open().current, settings.current);
});

test('a change keeps comments and what was not named, is told, and is there after the next start', () => {
	const settings = open();
	const changes: unknown[] = [];
	settings.on('change', (now, before) => changes.push([before.network.policy, now.network.policy]));
	settings.patch({ network: { servers: [turn], policy: 'relay' } });
	settings.patch({ network: { limits: { viewers: 40 } } });
	assert.equal(settings.current.network.limits, { guests: 12, viewers: 40 });
	assert.equal(changes, [
		['all', 'relay'],
		['relay', 'relay'],
	]);
	assert.match(text(), /# all: the best path that works/);
	assert.match(text(), /policy: relay/);
	assert.equal(open().current, settings.current);
	settings.patch({ network: { limits: null } });
	assert.is(settings.current.network.limits.viewers, 72);
	assert.match(text(), /# UDP ports/);
});

test('a value that does not fit changes nothing, and the message names field, reason and remedy', () => {
	open();
	const before = text();
	const narrow = refusal({ ports: { first: 8189, last: 8199 } });
	assert.is(narrow.code, 'invalid');
	assert.is(
		narrow.message,
		'network.ports: 8189–8199 are 11 ports, but 12 guests (2 each) and 72 viewers need 96: ' +
			'widen the range to 8189–8284 or lower limits',
	);
	assert.match(refusal({ policy: 'relay' }).message, /network\.policy: relay needs a TURN server/);
	assert.match(refusal({ servers: [{ name: 'a', urls: ['turn:turn.example.org'] }] }).message, /servers\.0\.username: a TURN/);
	assert.match(refusal({ servers: [{ name: 'a', urls: ['http://x'] }] }).message, /servers\.0\.urls\.0: must be like stun:/);
	assert.match(refusal({ servers: [turn, turn] }).message, /two servers are called "ours"/);
	assert.match(refusal({ publicAddress: 'studio.example.org' }).message, /publicAddress.*must be an IP address/);
	assert.match(refusal({ colour: 'red' }).message, /colour/);
	assert.is(text(), before);
});

test('secrets are shown as set, stay when true comes back, and end with null', () => {
	const settings = open();
	settings.patch({ network: { servers: [turn], cloudflare: { keyId: 'k1', apiToken: 'south' } } });
	const shown = withoutSecrets(settings.current) as { network: Record<string, unknown> };
	assert.not.match(JSON.stringify(shown), /north|south/);
	assert.equal((shown.network.servers as unknown[])[0], { ...turn, for: 'both', username: null, credential: null, secret: true });
	settings.patch({ network: { ...shown.network, tcp: true } });
	assert.is(settings.current.network.servers[0]?.secret, 'north');
	assert.is(settings.current.network.cloudflare?.apiToken, 'south');
	assert.match(
		refusal({ servers: [{ ...turn, name: 'new', secret: true }] }, settings).message,
		/network\.servers\.0\.secret: true keeps/,
	);
	settings.patch({ network: { cloudflare: null } });
	assert.is(settings.current.network.cloudflare, null);
});

test('a broken file is left alone: the last good values are used, and line and reason are told', () => {
	open().patch({ network: { tcp: true } });
	for (const [broken, problem] of [
		['network:\n  tcp: [yes\n', /^settings\.yaml: line \d+: /],
		['# mine\nnetwork:\n  tcp: maybe\n', /^settings\.yaml: line 3, network\.tcp: /],
		['network:\n  policy: all\n  pots: 1\n', /^settings\.yaml: line 3, network\.pots: .*pots/],
		['network:\n  ports:\n    first: 1\n', /line 3, network\.ports\.first: /],
	] as const) {
		writeFileSync(path(), broken);
		const settings = open();
		assert.match(settings.problem!, problem);
		assert.is(settings.current.network.tcp, true);
		assert.is(refusal({ tcp: false }, settings).code, 'conflict');
		assert.is(text(), broken);
	}
});

test('a broken file of a first start means the defaults', () => {
	writeFileSync(path(), 'network: 7\n');
	const settings = open();
	assert.match(settings.problem!, /line 1, network: /);
	assert.is(settings.current.network.tcp, false);
});

test.run();
