import * as assert from 'uvu/assert';
import { effectiveFields, redactedText } from '../../../service/settings/effective.js';
import { parseSettings } from '../../../service/settings/file.js';
import { applies, settingsSchema, template } from '../../../service/settings/schema.js';
import { keepSecrets, secretsOf, withoutSecrets } from '../../../service/settings/secrets.js';
import { placeAt, placeText, SettingsError } from '../../../service/settings/settingsError.js';
import { maxBytes } from '../../../service/settings/text.js';
import type { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

/** What is wrong with values: `field: message` of each. */
function objections(values: object): string[] {
	const parsed = settingsSchema.safeParse(values);
	return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
function taken(section: string, field: string, ...values: unknown[]): void {
	for (const value of values)
		assert.equal(objections({ [section]: { [field]: value } }), [], `${field} ${JSON.stringify(value)}`);
}
function refused(section: string, field: string, message: RegExp, ...values: unknown[]): void {
	for (const value of values) {
		const [first, ...more] = objections({ [section]: { [field]: value } });
		assert.match(first ?? 'taken', message, `${field} ${JSON.stringify(value)}`);
		assert.ok(first!.startsWith(`${section}.${field}`), first);
		assert.is(more.length, 0, more.join('; '));
	}
}
function placesOf(text: string | Buffer): string[] {
	try {
		parseSettings(text);
		return [];
	} catch (error) {
		if (!(error instanceof SettingsError)) throw error;
		return error.places.map((place) => placeText('f', place));
	}
}

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA';
const tunnel = { host: 'vps.example.org', user: 'studio', hostKey, remotePort: 8080 };
const turn = { name: 'ours', urls: ['turn:turn.example.org:3478'], secret: 'north' };
const key = { keyId: 'k-1_A', apiToken: 'token' };

test('without a word everything has its default', () => {
	assert.equal(settingsSchema.parse({}), {
		network: {
			servers: [],
			cloudflare: null,
			policy: 'all',
			ports: { first: 8189, last: 8289 },
			limits: { guests: 12, viewers: 72 },
			publicAddress: null,
			extraAddresses: [],
			interfaces: [],
			tcp: false,
			specialTargets: false,
		},
		access: {
			publicUrl: null,
			trustedProxies: [],
			lan: [],
			names: [],
			openToInternet: false,
			door: true,
			tunnel: null,
			acme: null,
		},
		alerts: { webhook: null, secret: null, minSeverity: 'warning' },
		program: { canvas: null },
	});
	assert.equal(applies, { network: 'live', access: 'live', alerts: 'live', program: 'restart' });
});

test('a new file names every setting, with its default', () => {
	const parsed = parseSettings(template);
	assert.equal(parsed.values, settingsSchema.parse({}));
	for (const { field, line, value, default: usual } of effectiveFields(parsed)) {
		assert.ok(line !== null, field);
		assert.equal(value, usual, field);
		assert.match(template.split('\n')[line - 1]!, new RegExp(`${field.split('.').at(-1)}:`));
	}
	for (const section of Object.keys(parsed.values)) assert.match(template, new RegExp(`^# .+\n(# .+\n)*${section}:`, 'm'));
	assert.ok(template.startsWith('# Settings of R58 Studio. Comments are kept'));
});

test('names no setting has are refused, wherever they stand', () => {
	const server = { ...turn, colour: 1 };
	for (const values of [
		{ colour: 1 },
		{ network: { colour: 1 } },
		{ network: { servers: [server] } },
		{ network: { cloudflare: { ...key, colour: 1 } } },
		{ network: { ports: { first: 8189, last: 8289, colour: 1 } } },
		{ network: { limits: { guests: 1, viewers: 1, colour: 1 } } },
		{ access: { colour: 1 } },
		{ access: { publicUrl: 'https://a.example', tunnel: { ...tunnel, colour: 1 } } },
		{ access: { publicUrl: 'https://a.example', acme: { colour: 1 } } },
		{ alerts: { colour: 1 } },
		{ program: { colour: 1 } },
	])
		assert.match(objections(values).join(), /colour/, JSON.stringify(values));
});

test('networks of the house and proxies are addresses or networks', () => {
	const good = ['192.0.2.7', '192.0.2.0/24', '0.0.0.0/0', '10.0.0.0/32', '2001:db8::/128', '2001:db8::1', '::/0'];
	const bad = [
		'192.0.2.0/33',
		'2001:db8::/129',
		'192.0.2.0/',
		'192.0.2.0/a',
		'192.0.2.0/8/8',
		'192.0.2.0/-1',
		'192.0.2.0/0024',
	].concat(['house', '', '/24', '192.0.2.0/2x', '192.0.2.0/x2']);
	taken('access', 'lan', good, []);
	taken('access', 'trustedProxies', [...good, 'tunnel']);
	for (const entry of [...bad, 'tunnel']) refused('access', 'lan', /\.0: must be an address or a network like/, [entry]);
	for (const entry of bad) refused('access', 'trustedProxies', /\.0: must be an address, a network like .*, or tunnel$/, [entry]);
	for (const field of ['lan', 'trustedProxies', 'names']) {
		taken('access', field, Array(32).fill('192.0.2.7'));
		refused('access', field, /32/, Array(33).fill('192.0.2.7'));
	}
});

test('names are those of hosts, in small letters', () => {
	const label = 'a'.repeat(63);
	const long = `${label}.${label}.${label}.${'a'.repeat(61)}`;
	assert.equal(settingsSchema.parse({ access: { names: ['Studio.Fritz.Box', '::1'] } }).access.names, [
		'studio.fritz.box',
		'::1',
	]);
	taken('access', 'names', ['a', 'x-1.example', label, long, '192.0.2.7', '1a']);
	for (const name of ['', '-a', 'a-', 'a..b', 'a b', `${label}a`, `${long}a`, 'a_b', 'a.', '.a', 'a.-b', 'b-.a', '!a', 'a!'])
		refused('access', 'names', /must be an IP address or a host name/, [name]);
});

test('a public name is an https address with nothing after it', () => {
	for (const url of ['https://studio.example.org', 'https://studio.example.org/'])
		assert.is(settingsSchema.parse({ access: { publicUrl: url } }).access.publicUrl, 'https://studio.example.org');
	taken('access', 'publicUrl', null, 'https://studio.example.org:8443');
	refused(
		'access',
		'publicUrl',
		/must not have anything after the host name/,
		'https://a.example/x',
		'https://a.example/?x',
		'https://u@a.example',
	);
	for (const url of ['http://a.example', 'xhttps://a.example', 'httpsx://a.example', 'studio'])
		assert.match(objections({ access: { publicUrl: url } }).join(), /must be like https:\/\/studio\.example\.org/, url);
	assert.equal(objections({ access: { publicUrl: '' } }).length > 0, true);
});

test('a tunnel needs a host, a user, the key of the host, and the public name that guests use', () => {
	const withTunnel = (change: object, publicUrl: string | null = 'https://a.example') =>
		objections({ access: { publicUrl, tunnel: { ...tunnel, ...change } } });
	const parsed = settingsSchema.parse({ access: { publicUrl: 'https://a.example', tunnel } }).access.tunnel;
	assert.equal(parsed, { enabled: true, port: 22, ...tunnel });
	for (const good of [
		{ host: '192.0.2.7' },
		{ user: 'A' },
		{ user: `_${'a.-9'.repeat(7)}abc` },
		{ port: 1 },
		{ port: 65_535 },
		{ remotePort: 1024 },
		{ remotePort: 65_535 },
		{ hostKey: 'ssh-rsa AAAA==' },
		{ hostKey: 'ecdsa-sha2-nistp256 A+/9=' },
		{ hostKey: 'ecdsa-sha2-nistp384 A' },
		{ hostKey: 'ecdsa-sha2-nistp521 A' },
		{ hostKey: `ssh-rsa ${'A'.repeat(992)}` },
	])
		assert.equal(withTunnel(good), [], JSON.stringify(good));
	for (const [bad, message] of [
		[{ host: 'a b' }, /tunnel\.host: must be an IP address or a host name/],
		[{ user: '9a' }, /tunnel\.user: must be a user name/],
		[{ user: 'a b' }, /user/],
		[{ user: '' }, /user/],
		[{ user: 'a'.repeat(33) }, /user/],
		[{ port: 0 }, /port/],
		[{ port: 65_536 }, /port/],
		[{ port: 22.5 }, /port/],
		[{ remotePort: 1023 }, /remotePort/],
		[{ hostKey: 'ssh-dss AAAA' }, /tunnel\.hostKey: must be a public key like "ssh-ed25519 AAAA…"/],
		[{ hostKey: 'ecdsa-sha2-nistp255 A' }, /hostKey/],
		[{ hostKey: 'ssh-rsa ' }, /hostKey/],
		[{ hostKey: 'xssh-rsa AAAA' }, /hostKey/],
		[{ hostKey: 'ssh-rsa AAAA===' }, /hostKey/],
		[{ hostKey: 'ssh-rsa AA AA' }, /hostKey/],
		[{ hostKey: `ssh-rsa ${'A'.repeat(993)}` }, /hostKey/],
	] as const) {
		const found = withTunnel(bad);
		assert.is(found.length, 1, found.join('; '));
		assert.match(found[0]!, message);
	}
	assert.equal(withTunnel({}, null), ['access.publicUrl: the tunnel needs a public name']);
	assert.equal(withTunnel({ enabled: false }, null), []);
});

test('acme needs a public name that is no address', () => {
	const acme = (publicUrl: string | null, more = {}) => objections({ access: { publicUrl, acme: more } });
	assert.equal(acme('https://a.example', { email: 'you@example.org', directoryUrl: 'https://acme.example/dir' }), []);
	const needs = ['access.publicUrl: acme needs a public host name for the certificate'];
	for (const url of [null, 'https://192.0.2.7', 'https://[2001:db8::1]']) assert.equal(acme(url), needs);
	assert.equal(settingsSchema.parse({ access: { publicUrl: 'https://a.example', acme: {} } }).access.acme, {
		email: null,
		directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
	});
	for (const wrong of [{ email: 'you' }, { directoryUrl: 'http://acme.example/dir' }, { directoryUrl: 'httpsx://acme.example' }])
		assert.is(acme('https://a.example', wrong).length, 1);
});

test('a server of ICE has what its kind takes, and no more', () => {
	const server = (change: object) => objections({ network: { servers: [{ ...turn, ...change }] } });
	const none = { secret: null };
	const login = { ...none, username: 'u', credential: 'c' };
	const stun = { urls: ['stun:stun.example.org'] };
	for (const good of [
		{},
		login,
		{ ...stun, ...none },
		{ for: 'guests' },
		{ for: 'device' },
		{ urls: [...stun.urls, ...turn.urls] },
	])
		assert.equal(server(good), [], JSON.stringify(good));
	assert.equal(settingsSchema.parse({ network: { servers: [turn] } }).network.servers, [
		{ for: 'both', username: null, credential: null, ...turn },
	]);
	const at = 'network.servers.0.';
	for (const [bad, ...told] of [
		[none, `${at}username: a TURN server needs a username and credential, or a secret`],
		[{ ...none, username: 'u' }, `${at}credential: a TURN server needs a username and credential, or a secret`],
		[{ ...none, credential: 'c' }, `${at}username: a TURN server needs a username and credential, or a secret`],
		[{ username: 'u' }, `${at}secret: use either a secret, or a username and credential`],
		[{ credential: 'c' }, `${at}secret: use either a secret, or a username and credential`],
		[stun, `${at}urls: a STUN server takes no username, credential or secret`],
		[{ ...stun, ...none, username: 'u' }, `${at}urls: a STUN server takes no username, credential or secret`],
		[{ ...stun, ...none, credential: 'u' }, `${at}urls: a STUN server takes no username, credential or secret`],
	] as [object, ...string[]][])
		assert.equal(server(bad), told, JSON.stringify(bad));
	assert.match(server({ urls: ['http://a'] }).join(), /urls\.0: must be like stun:stun\.example\.org:3478, turn:/);
	assert.match(server({ secret: 'a\nb' }).join(), /secret: must be printable ASCII characters/);
	for (const bad of [
		{ urls: [] },
		{ urls: Array(9).fill('turn:a') },
		{ for: 'nobody' },
		{ secret: '' },
		{ secret: 'ä' },
		{ name: '' },
	])
		assert.ok(server(bad).length > 0, JSON.stringify(bad));
	for (const bad of [{ name: 'a'.repeat(41) }, { ...login, username: 'u'.repeat(513) }, { ...login, username: '' }])
		assert.ok(server(bad).length > 0, JSON.stringify(bad));
	for (const bad of [{ urls: [`turn:${'a'.repeat(296)}`] }, { secret: ' \x7f' }, { secret: '\x1f ' }])
		assert.ok(server(bad).length > 0, JSON.stringify(bad));
	for (const good of [{ secret: ' ~' }, { ...login, username: 'u'.repeat(512) }, { urls: Array(8).fill('turn:a') }])
		assert.equal(server(good), [], JSON.stringify(good));
});

test('a secret has a length of its own, and sealed a longer one', () => {
	taken('network', 'servers', [{ ...turn, secret: 's'.repeat(512) }]);
	refused('network', 'servers', /secret: must have at most 512 characters/, [{ ...turn, secret: 's'.repeat(513) }]);
	assert.match(objections({ network: { servers: [{ ...turn, secret: 's'.repeat(2049) }] } }).join(), /2048/);
	taken('alerts', 'secret', null, '12345678', 's'.repeat(200));
	refused('alerts', 'secret', /must have at least 8 characters/, '1234567');
	refused('alerts', 'secret', /must have at most 200 characters/, 's'.repeat(201));
});

test('of two servers with one name the second is told, of relaying that there is nothing to relay', () => {
	const named = (...names: string[]) => names.map((name) => ({ ...turn, name }));
	assert.equal(objections({ network: { servers: named('a', 'b', 'c') } }), []);
	assert.equal(objections({ network: { servers: named('a', 'b', 'b') } }), [
		'network.servers.2.name: two servers are called "b"',
	]);
	taken('network', 'servers', named(...'abcdefgh'));
	assert.is(objections({ network: { servers: named(...'abcdefghi') } }).length, 1);
	const relay = (more: object) => objections({ network: { policy: 'relay', ...more } });
	const needs = ['network.policy: relay needs a TURN server among servers, or cloudflare'];
	const stun = { name: 's', urls: ['stun:a'] };
	assert.equal([relay({}), relay({ servers: [stun] })], [needs, needs]);
	assert.equal([relay({ servers: [stun, turn] }), relay({ cloudflare: key })], [[], []]);
});

test('ports are enough for guests and viewers', () => {
	const ports = (first: number, last: number, guests = 12, viewers = 72) =>
		objections({ network: { ports: { first, last }, limits: { guests, viewers } } });
	assert.equal([ports(8189, 8284), ports(1024, 1026, 1, 1), ports(65_533, 65_535, 1, 1)], [[], [], []]);
	assert.equal(ports(8189, 8283), [
		'network.ports: 8189–8283 are 95 ports, but 12 guests (2 each) and 72 viewers need 96: widen the range to 8189–8284 or lower limits',
	]);
	assert.match(ports(8189, 8100)[0]!, /8189–8100 are 0 ports/);
	for (const wrong of [ports(1023, 8289), ports(8189, 65_536), ports(8189.5, 8289)]) assert.is(wrong.length, 1);
	for (const wrong of [ports(2000, 9000, 0), ports(2000, 9000, 13), ports(2000, 9000, 1, 0), ports(2000, 9000, 1, 1001)])
		assert.is(wrong.length, 1);
	assert.equal([ports(2000, 9000, 12, 1000), ports(2000, 9000, 1.5).length], [[], 1]);
});

test('the other settings of the network', () => {
	taken('network', 'publicAddress', null, '192.0.2.7', '2001:db8::1');
	refused('network', 'publicAddress', /must be an IP address/, 'studio', '');
	taken('network', 'extraAddresses', Array(8).fill('192.0.2.7'));
	refused('network', 'extraAddresses', /8/, Array(9).fill('192.0.2.7'));
	refused('network', 'extraAddresses', /\.0: must be an IP address/, ['studio']);
	taken('network', 'interfaces', ['eth0', 'br-1.2:3@4', 'a'.repeat(32)], Array(16).fill('a'));
	refused(
		'network',
		'interfaces',
		/\.0: must be the name of a network interface/,
		['eth 0'],
		[''],
		['a'.repeat(33)],
		['!a'],
		['a!'],
	);
	refused('network', 'interfaces', /16/, Array(17).fill('a'));
	taken('network', 'cloudflare', null, key, { ...key, apiUrl: 'http://127.0.0.1:1' }, { ...key, keyId: 'k'.repeat(128) });
	refused('network', 'cloudflare', /keyId: must be letters and digits/, { ...key, keyId: 'a b' }, { ...key, keyId: '' });
	refused('network', 'cloudflare', /keyId/, { ...key, keyId: 'k'.repeat(129) }, { ...key, keyId: '!k' }, { ...key, keyId: 'k!' });
	refused(
		'network',
		'cloudflare',
		/apiUrl/,
		{ ...key, apiUrl: 'ftp://a' },
		{ ...key, apiUrl: 'xhttp://a' },
		{ ...key, apiUrl: 'httpsx://a' },
	);
	assert.is(settingsSchema.parse({ network: { cloudflare: key } }).network.cloudflare?.apiUrl, 'https://rtc.live.cloudflare.com');
});

test('who is told of faults: an address without a login', () => {
	taken('alerts', 'webhook', null, 'http://192.168.1.20:8080/alerts', 'https://a.example/x?y=1', `http://a/${'x'.repeat(1991)}`);
	refused('alerts', 'webhook', /must not contain a login/, 'http://u@a.example', 'http://u:p@a.example', 'http://:p@a.example');
	refused('alerts', 'webhook', /must be like/, `http://a/${'x'.repeat(1992)}`);
	for (const url of ['ftp://a', 'xhttp://a', 'httpsx://a', 'alerts'])
		assert.match(objections({ alerts: { webhook: url } })[0]!, /must be like http:\/\/192\.168\.1\.20:8080\/alerts/);
	taken('alerts', 'minSeverity', 'notice', 'warning', 'critical');
	assert.is(objections({ alerts: { minSeverity: 'loud' } }).length, 1);
});

test('a canvas is one that can be made', () => {
	taken('program', 'canvas', null, '1280x720p30', '1920x1080p29.97');
	for (const canvas of ['big', '1281x720p30', '1280x720p300']) {
		const [told] = objections({ program: { canvas } });
		assert.ok(told && !told.includes('--canvas'), told);
	}
	assert.match(objections({ program: { canvas: `1280x720p30${' '.repeat(10)}` } }).join(), /20/);
});

test('a place is counted from 1, in lines and columns, and told as compilers do', () => {
	const text = 'ab\ncd\n';
	assert.equal(
		[0, 1, 2, 3, 5, 6, 99].map((offset) => {
			const { line, column } = placeAt(text, offset, '');
			return [line, column];
		}),
		[
			[1, 1],
			[1, 2],
			[1, 3],
			[2, 1],
			[2, 3],
			[3, 1],
			[3, 1],
		],
	);
	const place = { line: 2, column: 3, field: null, message: 'odd' };
	assert.equal([placeText('f', place), placeText('f', { ...place, field: 'a.b' })], ['f:2:3: odd', 'f:2:3: a.b: odd']);
	assert.equal(placeAt('', 0, 'm', 'f'), { line: 1, column: 1, field: 'f', message: 'm' });
	const error = (count: number) => new SettingsError(Array(count).fill(place));
	assert.is(error(1).message, 'line 2, column 3: odd');
	assert.is(error(3).message.split('; ').length, 3);
	assert.match(error(5).message, /odd; and 2 more$/);
	assert.is(new SettingsError([{ ...place, field: 'a.b' }]).message, 'line 2, column 3, a.b: odd');
	assert.is(error(1).name, 'SettingsError');
});

test('a file is UTF-8 text of a bounded size, without what an editor does not show', () => {
	assert.equal(placesOf(Buffer.from('fffe6100', 'hex')), ['f:1:1: the file is UTF-16; save it as UTF-8']);
	assert.equal(placesOf(Buffer.from('feff0061', 'hex')), ['f:1:1: the file is UTF-16; save it as UTF-8']);
	assert.equal(placesOf(Buffer.from('\ufeff# ok\r\nnetwork:\r\n  tcp: true\r\n')), []);
	const cut = Buffer.concat([Buffer.from('# ab\n# ö'), Buffer.from([0xc3]), Buffer.from('\n')]);
	assert.equal(placesOf(cut), ['f:2:4: not UTF-8 text; save the file as UTF-8']);
	assert.equal(placesOf(Buffer.from([0x23, 0xff])), ['f:1:2: not UTF-8 text; save the file as UTF-8']);
	const filled = (bytes: number) => Buffer.from(`#${'x'.repeat(bytes - 1)}`);
	assert.equal([maxBytes, placesOf(filled(maxBytes))], [128 * 1024, []]);
	assert.equal(placesOf(filled(maxBytes + 1)), [`f:1:${maxBytes + 1}: the file is larger than 128 kB; the limit is here`]);
	assert.match(placesOf(Buffer.concat([filled(maxBytes - 1), Buffer.from('öx')]))[0]!, /larger than 128 kB/);
	for (const [text, told] of [
		['a\u0000', 'f:1:2: the character U+0000 is not allowed here'],
		['# a\n#\u200b\u2028', 'f:2:3: the character U+2028 is not allowed here'],
		['#\u007f', 'f:1:2: the character U+007F is not allowed here'],
		['#a\rb', 'f:1:3: unsupported line end (CR); use LF or CRLF'],
		['network:\n\ttcp: true', 'f:2:1: tabs cannot indent YAML; use spaces'],
		['network:\n  \t tcp: true', 'f:2:3: tabs cannot indent YAML; use spaces'],
		['\ttcp: true\n\u0000', 'f:1:1: tabs cannot indent YAML; use spaces'],
	] as const)
		assert.equal(placesOf(text), [told], JSON.stringify(text));
	assert.equal(placesOf('network:\n  tcp: true\t# said\n\t\n  \t# blank\n'), []);
});

test('what YAML can do beside plain values is refused, where it stands', () => {
	for (const [text, told] of [
		['network: *a', '1:10: aliases (*name) are not supported; write the value, in quotes if it begins with *'],
		['network: &a\n  tcp: true', '1:10: anchors (&name) are not supported; write the value, in quotes if it begins with &'],
		['network: !x\n  tcp: true', '1:10: tags (!name) are not supported; write the value, in quotes if it begins with !'],
		['%YAML 1.2\n---\n', '1:1: directives (%…) are not supported'],
		['network:\n---\n', '2:1: a second document begins here; there can be only one'],
		['network: {\n  tcp: true', '1:10: the { that begins here is not closed'],
		['access: { lan: [192.0.2.7 }', null],
		['network:\n  tcp: "true', '2:8: the quotes that begin here are not closed on this line'],
		["network:\n  policy: 'a\n    b'", '2:11: the quotes that begin here are not closed on this line'],
		[
			'network:\n  policy: all\n    tcp: true',
			'3:5: this line is indented as if the value above continued; a value must end on its line',
		],
		[
			'network:\n  tcp true',
			'2:3: a ":" followed by a space is missing after this name; a value must be on the line of its name',
		],
		['network:\n  "tcp"\n', '2:3: a ":" followed by a space is missing after this name; a value must be on the line of its name'],
		['network:\n  tcp: true\n  tcp: true', '3:3: duplicate name'],
		['network:\n  policy: "a\\qb"', '2:13: unknown escape (\\…); use single quotes for text with backslashes'],
		['7: x', '1:1: name: 7'],
		['? [a]\n: b', null],
		[`network: ${'['.repeat(13)}`, '1:22: nested too deeply'],
		[`${'- '.repeat(13)}a`, '1:25: nested too deeply'],
	] as const) {
		const [found] = placesOf(text);
		if (told === null) assert.ok(found, text);
		else if (told.includes('name: 7')) assert.match(found ?? 'taken', /^f:1:1: /);
		else assert.is(found, `f:${told}`, text);
	}
	for (const text of [
		'---\nnetwork:\n  tcp: true\n',
		'# a\n---\n',
		"network:\n  policy: 'all'\n",
		'network: { policy: "all", }',
		'"network":\n  tcp: true',
	])
		assert.equal(placesOf(text), [], text);
});

test('a secret is told as set and kept by true, and no other way', () => {
	const known = {
		servers: [
			{ name: 'a', secret: 'one' },
			{ name: 'b', secret: null },
		],
		cloudflare: { apiToken: 'two', keyId: 'k' },
	};
	assert.equal(withoutSecrets(known), {
		servers: [
			{ name: 'a', secret: true },
			{ name: 'b', secret: null },
		],
		cloudflare: { apiToken: true, keyId: 'k' },
	});
	assert.equal(secretsOf(known), ['one', 'two']);
	assert.equal(
		[secretsOf(null), secretsOf('x'), secretsOf({ alerts: { webhook: 'http://a:1/b?c', url: 'x' } })],
		[[], [], ['b?c']],
	);
	assert.equal(withoutSecrets({ credential: 'x', other: null, list: [1] }), { credential: true, other: null, list: [1] });
	const change = {
		servers: [
			{ name: 'new', secret: 'x' },
			{ name: 'a', secret: true },
		],
		cloudflare: { apiToken: true },
	};
	assert.equal(keepSecrets(change, known), {
		servers: [
			{ name: 'new', secret: 'x' },
			{ name: 'a', secret: 'one' },
		],
		cloudflare: { apiToken: 'two' },
	});
	assert.equal(keepSecrets({ tcp: true, secret: null }, known), { tcp: true, secret: null });
	for (const [wrong, before, field] of [
		[{ servers: [{ name: 'b', secret: true }] }, known, 'servers.0.secret'],
		[{ servers: [{ name: 'c', secret: true }] }, known, 'servers.0.secret'],
		[{ servers: ['x', { secret: true }] }, { servers: ['y'] }, 'servers.1.secret'],
		[{ servers: [{ name: 'a', secret: true }] }, null, 'servers.0.secret'],
		[{ apiToken: true }, 'text', 'apiToken'],
	] as const)
		try {
			keepSecrets(wrong, before);
			assert.unreachable(field);
		} catch (error) {
			const { code, message, detail } = error as StudioError & { detail: unknown };
			assert.equal([code, message], ['invalid', `${field}: true keeps the current value, but none is set`]);
			assert.equal(detail, [{ field, message: 'true keeps the current value, but none is set' }]);
		}
});

test('what counts is told with its default and its line; secrets are not', () => {
	const parsed = parseSettings(
		'network:\n  ports: { first: 8189, last: 9000 }\n\n  servers:\n    - { name: a, urls: [turn:a], secret: hush }\n',
	);
	const fields = new Map(effectiveFields(parsed).map((each) => [each.field, each]));
	assert.equal(fields.get('network.ports.last'), { field: 'network.ports.last', value: 9000, default: 8289, line: 2 });
	assert.equal(fields.get('network.tcp'), { field: 'network.tcp', value: false, default: false, line: null });
	assert.equal(fields.get('access.door')?.line, null);
	assert.is(fields.get('network.servers')?.line, 4);
	assert.not.match(JSON.stringify([...fields.values()]), /hush/);
	const withKey = effectiveFields(parseSettings('network:\n  cloudflare: { keyId: k, apiToken: hush }\n'));
	assert.equal(
		withKey.find(({ field }) => field === 'network.cloudflare.apiToken'),
		{ field: 'network.cloudflare.apiToken', value: true, default: null, line: 2 },
	);
});

test('a file is shown with its secrets hidden, exactly where it can be read', () => {
	const text =
		'network:\n  servers:\n    - { name: a, urls: [turn:a], secret: "hush", username: null }\n  cloudflare: { keyId: k, apiToken: hush } # mine\n';
	assert.is(
		redactedText(text, parseSettings(text)),
		'network:\n  servers:\n    - { name: a, urls: [turn:a], secret: •••, username: null }\n  cloudflare: { keyId: k, apiToken: ••• } # mine\n',
	);
	const unset = 'alerts:\n  secret: null\n';
	assert.is(redactedText(unset, parseSettings(unset)), unset);
	const broken = 'a:\n  Secret: x\n  "apiToken" : y\n  credential:\n    deep\n\n    er\n  policy: none\n  secretly: z';
	const shown = 'a:\n  Secret: •••\n  "apiToken" : •••\n  credential: •••\n•••\n\n•••\n  policy: none\n  secretly: z';
	assert.is(redactedText(broken, null), shown);
	assert.is(redactedText(broken, parseSettings(unset)), shown, 'of another text');
});

test.run();
