import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as assert from 'uvu/assert';
import { redactedText } from '../../../service/settings/effective.js';
import { parseSettings } from '../../../service/settings/file.js';
import type { SettingsValues } from '../../../service/settings/schema.js';
import { withoutSecrets } from '../../../service/settings/secrets.js';
import { Settings, type SettingsChange } from '../../../service/settings/settings.js';
import { StudioError } from '../../../service/util/errors.js';
import { createLog } from '../../../service/util/log.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { test } from '../../tools/suite.js';
import { within } from '../../tools/wait.js';

let dir: string;
test.before.each(() => {
	dir = temporaryFolder();
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const log = createLog('silent', new Writable({ write: (_chunk, _encoding, done) => done() }));
const open = () => new Settings({ dataDir: dir, log });
const path = () => join(dir, 'settings.yaml');
const text = () => readFileSync(path(), 'utf8');
function refusal(change: SettingsChange['network'], settings = open()): StudioError {
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
	assert.is(settings.error, null);
	assert.equal(settings.current.network.ports, { first: 8189, last: 8289 });
	assert.match(text(), /# UDP ports for media/);
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

test('networks of the house and names stay when other ways in change, and are none until they are set', () => {
	const settings = open();
	const { lan, names, openToInternet } = settings.current.access;
	assert.equal({ lan, names, openToInternet }, { lan: [], names: [], openToInternet: false });
	assert.match(text(), /# Whether the firewall lets everyone through/);
	settings.patch({ access: { lan: ['192.0.2.0/24', '2001:db8::/32'], names: ['Studio.fritz.box'], openToInternet: true } });
	settings.patch({ access: { publicUrl: 'https://studio.example.org', door: false } });
	const { access } = open().current;
	assert.equal([access.lan, access.names], [['192.0.2.0/24', '2001:db8::/32'], ['studio.fritz.box']]);
	assert.ok(access.openToInternet);
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
	const shown = withoutSecrets(settings.current) as SettingsValues;
	assert.not.match(JSON.stringify(shown), /north|south/);
	assert.equal(shown.network.servers[0], { ...turn, for: 'both', username: null, credential: null, secret: true });
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

test('a secret stays for where it was entered: another address asks for it again, however the change is put', () => {
	const settings = open();
	const cloudflare = { keyId: 'k1', apiToken: 'south' };
	settings.patch({
		network: { servers: [turn], cloudflare },
		alerts: { webhook: 'http://192.0.2.1/a', secret: 'signed with' },
	});
	const before = text();
	const elsewhere = 'http://thief.example/';
	const [server] = (withoutSecrets(settings.current) as { network: { servers: object[] } }).network.servers;
	for (const [change, field] of [
		[{ network: { cloudflare: { apiUrl: elsewhere } } }, 'network.cloudflare.apiToken'],
		[{ network: { cloudflare: { keyId: 'k1', apiToken: true, apiUrl: elsewhere } } }, 'network.cloudflare.apiToken'],
		[{ network: { servers: [{ ...server, urls: ['turn:thief.example'] }] } }, 'network.servers.0.secret'],
		[{ network: { servers: [{ ...server, urls: [...turn.urls, 'turn:thief.example'] }] } }, 'network.servers.0.secret'],
		[{ alerts: { webhook: elsewhere } }, 'alerts.secret'],
		[{ alerts: { webhook: elsewhere, secret: true } }, 'alerts.secret'],
	] as [SettingsChange, string][]) {
		try {
			settings.patch(change);
			assert.unreachable(JSON.stringify(change));
		} catch (error) {
			const { code, message, detail } = error as StudioError;
			assert.equal([code, (detail as { field: string }[])[0]!.field], ['invalid', field]);
			assert.match(message, /enter it again: it was not entered for .*thief\.example/);
		}
	}
	assert.is(text(), before);
	// Typed again it goes there; what stays at its address, or is taken away, asks for nothing.
	settings.patch({ network: { cloudflare: { apiUrl: elsewhere, apiToken: 'south' } } });
	settings.patch({ network: { servers: [{ ...server, for: 'guests' }] }, alerts: { webhook: null } });
	settings.patch({ alerts: { webhook: elsewhere, secret: null } });
	const { network, alerts } = settings.current;
	assert.equal([network.cloudflare?.apiUrl, network.servers[0]?.secret, alerts.webhook], [elsewhere, 'north', elsewhere]);
});

test('a broken file is left alone: the last good values are used, and line and reason are told', () => {
	open().patch({ network: { tcp: true } });
	for (const [broken, said] of [
		['network:\n  tcp: [yes\n', /^settings\.yaml: line 2, column 8: the \[ that begins here is not closed$/],
		['# mine\nnetwork:\n  tcp: maybe\n', /^settings\.yaml: line 3, column 8, network\.tcp: expected boolean/],
		['network:\n  policy: all\n  pots: 1\n', /^settings\.yaml: line 3, column 3, network\.pots: unknown setting$/],
		['network:\n  ports:\n    first: 1\n', /line 3, column 12, network\.ports\.first: /],
	] as const) {
		writeFileSync(path(), broken);
		const settings = open();
		assert.match(settings.error!, said);
		assert.is(settings.current.network.tcp, true);
		assert.is(refusal({ tcp: false }, settings).code, 'conflict');
		assert.is(text(), broken);
	}
});

test('a broken file of a first start means the defaults', () => {
	writeFileSync(path(), 'network: 7\n');
	const settings = open();
	assert.match(settings.error!, /line 1, column 10, network: /);
	assert.is(settings.current.network.tcp, false);
});

test('the running service takes up the file when it changes, and leaves a broken one alone until it is mended', async () => {
	const settings = open();
	const next = (event: 'change' | 'validity') => within(once(settings, event), 10_000, `the ${event}`);
	settings.watch();
	try {
		const mended = text().replace('tcp: false', 'tcp: true').replace('canvas: null', 'canvas: 640x360p25');
		const changed = next('change');
		writeFileSync(path(), mended);
		const [now, before] = (await changed) as [typeof settings.current, typeof settings.current];
		assert.equal([before.network.tcp, now.network.tcp, settings.current.network.tcp], [false, true, true]);
		assert.is(now.access, before.access, 'a section that stays is told by being the same');
		assert.equal(settings.restart, ['program'], 'what counts later is told');

		const broken = next('validity');
		writeFileSync(path(), mended.replace('tcp: true', 'tcp: perhaps'));
		await broken;
		assert.match(settings.error!, /^settings\.yaml: line \d+, column 8, network\.tcp: expected boolean/);
		assert.is(settings.current.network.tcp, true);
		assert.is(refusal({ tcp: false }, settings).code, 'conflict');

		const good = next('validity');
		// As editors do it.
		writeFileSync(`${path()}~`, mended);
		renameSync(`${path()}~`, path());
		await good;
		assert.is(settings.error, null);

		const gone = next('validity');
		rmSync(path());
		await gone;
		assert.match(settings.error!, /settings\.yaml is gone/);
		assert.is(settings.current.network.tcp, true);
		settings.patch({ network: { policy: 'all' } });
		assert.is(settings.error, null);
		assert.is(open().current.network.tcp, true, 'the next change writes it anew');
	} finally {
		settings.stop();
	}
});

test('an edit that was saved a moment before a change in the panel is not lost', () => {
	const settings = open();
	writeFileSync(path(), text().replace('tcp: false', 'tcp: true # mine'));
	settings.patch({ network: { publicAddress: '192.0.2.7' } });
	assert.match(text(), /tcp: true # mine/);
	assert.equal([settings.current.network.tcp, settings.current.network.publicAddress], [true, '192.0.2.7']);
});

test('what the panel writes can be read again, however long the values', () => {
	const settings = open();
	const server = {
		name: 'a',
		urls: Array.from({ length: 8 }, (_, n) => `turn:${'x'.repeat(200)}${n}.example.org`),
		secret: '\'"# {[: '.repeat(60),
	};
	settings.patch({ network: { servers: [server] } });
	assert.is(open().error, null);
	assert.is(open().current.network.servers[0]!.secret, server.secret);
});

test('the file is shown without its secrets, also when it is broken', () => {
	const secretText = `network:
  servers:
    - { name: ours, urls: ["turn:a.example.org"], secret: "canary-1, 2" } # kept
    - name: b
      urls: [turn:b.example.org]
      username: me
      credential: canary-3, x
  cloudflare: { keyId: k, apiToken: canary-4 }
`;
	const shown = redactedText(secretText, parseSettings(secretText));
	assert.is(shown.split('\n')[2], '    - { name: ours, urls: ["turn:a.example.org"], secret: ••• } # kept');
	assert.not.match(shown, /canary/);
	const broken = `${secretText}    secret:\n      canary-5\n  "apiToken" : 'canary-6\n  policy: none\n`;
	assert.not.match(redactedText(broken, null), /canary/);
	assert.match(redactedText(broken, null), /policy: none/);
});

test.run();
