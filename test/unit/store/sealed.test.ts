import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Settings } from '../../../service/settings/settings.js';
import { DeviceKey } from '../../../service/store/deviceKey.js';
import { KeyFiles } from '../../../service/store/keyFiles.js';
import { createLog } from '../../../service/util/log.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { test } from '../../tools/suite.js';

let dir: string;
test.before.each(() => {
	dir = temporaryFolder();
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const log = createLog('silent');
const keyIn = (folder: string) => new DeviceKey(new KeyFiles(join(dir, folder), log));
const open = (key: DeviceKey) => new Settings({ dataDir: dir, log, key });
const text = (name = 'settings.yaml') => readFileSync(join(dir, name), 'utf8');
const server = (secret: string) => ({ name: 'ours', urls: ['turn:turn.example.org'], secret });

test('the key is made once, for its owner only; what it sealed it opens, and nothing else', () => {
	const key = keyIn('keys');
	assert.is(statSync(join(dir, 'keys', 'device.key')).mode & 0o777, 0o600);
	const sealed = key.seal('süß');
	assert.match(sealed, /^enc:1:[\w-]+$/);
	assert.not.equal(sealed, key.seal('süß'));
	assert.is(keyIn('keys').open(sealed), 'süß');
	assert.is(keyIn('others').open(sealed), null);
	const changed = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
	for (const text of [changed, 'enc:1:', 'enc:1:AAAA', 'plain', sealed.slice(0, -4)]) assert.is(key.open(text), null, text);
});

test('a secret that a person wrote is used, and sealed with the next write; comments stay', () => {
	writeFileSync(
		join(dir, 'settings.yaml'),
		'network:\n  # ours\n  servers:\n    - {name: ours, urls: ["turn:turn.example.org"], secret: "by hand"}\n',
	);
	const settings = open(keyIn('keys'));
	assert.is(settings.current.network.servers[0]!.secret, 'by hand');
	assert.match(text(), /by hand/);
	assert.not.match(text('.settings.last-good.yaml'), /by hand/);
	settings.patch({ network: { tcp: true } });
	assert.not.match(text(), /by hand/);
	assert.match(text(), /# ours[\s\S]*secret: "?enc:1:/);
	assert.is(settings.current.network.servers[0]!.secret, 'by hand');
	assert.is(open(keyIn('keys')).current.network.servers[0]!.secret, 'by hand');
});

test('the panel keeps a sealed secret by true, and sets another, of any length that is allowed', () => {
	const settings = open(keyIn('keys'));
	const longest = 'x'.repeat(512);
	settings.patch({ network: { servers: [server(longest)] } });
	// Sealed, every secret is longer than it may be itself.
	settings.patch({ alerts: { webhook: 'https://hook.example/x', secret: 'y'.repeat(200) } });
	assert.is(open(keyIn('keys')).current.alerts.secret, 'y'.repeat(200));
	assert.not.ok(text().includes(longest));
	settings.patch({ network: { servers: [{ ...server(''), secret: true }], policy: 'relay' } });
	const again = open(keyIn('keys'));
	assert.equal([again.error, again.lost, again.current.network.servers[0]!.secret], [null, [], longest]);
	assert.throws(() => again.patch({ network: { servers: [server(`${longest}x`)] } }), /512/);
});

test('what another device sealed is told by name; all other settings are used', () => {
	open(keyIn('keys')).patch({ network: { servers: [server('secret')], tcp: true } });
	const elsewhere = open(keyIn('elsewhere'));
	assert.equal([elsewhere.error, elsewhere.lost, elsewhere.current.network.tcp], [null, ['network.servers.0.secret'], true]);
	elsewhere.patch({ network: { servers: [server('typed again')] } });
	assert.equal(open(keyIn('elsewhere')).lost, []);
});

test.run();
