import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { GuestInvite } from '../../service/contract/guests.js';
import type { Reach } from '../../service/contract/network.js';
import { Clients } from '../../service/http/client.js';
import { mediaOutside } from '../../service/network/reach.js';
import { networkSettingsSchema } from '../../service/settings/network.js';
import { lanAddresses } from '../../service/util/addresses.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer();
	server.settings.patch({ access: { publicUrl: 'https://studio.example.org', trustedProxies: ['127.0.0.1'] } });
});
test.after.each(() => server.stop());

interface Answer {
	status: number;
	headers: NodeJS.Dict<string | string[]>;
	text: string;
}

/** A request as a proxy on this machine passes it on; fetch would not let us set Host. */
function ask(
	method: string,
	path: string,
	{ headers = {}, token, body }: { headers?: Record<string, string>; token?: string; body?: string } = {},
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const all = { ...headers, ...(token && { authorization: `Bearer ${token}` }) };
		const outgoing = request(server.httpUrl + path, { method, headers: all, agent: false }, (response) => {
			let text = '';
			response.on('data', (chunk) => {
				text += String(chunk);
			});
			response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
		});
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}

const proxied = { host: 'studio.example.org', 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
/** Everything that guests and viewers outside need. */
const outside = [
	'GET /guest_join',
	'GET /watch/:streamer',
	'GET /assets/:file',
	'GET /api/session',
	'GET /api/guests/:id',
	'GET /api/ice-servers',
	'GET /api/reach',
	'GET /.well-known/acme-challenge/:token',
];

test('under the public name exist the pages and calls of guests and viewers, and nothing else, whoever asks', async () => {
	for (const { method, path } of server.api.routes) {
		const key = `${method} ${path}`;
		const exists = outside.includes(key) || /^\/wh[ie]p\//.test(path);
		const url = path.replace(':streamer', 'program').replace(':file', 'main-1a2b.js').replace(/:\w+/g, 'guest-ada');
		const { status } = await ask(method, url, { headers: proxied, token: server.tokens.technician });
		// These are there, but nothing by this name.
		const ours = exists && !/acme|:session|whep/.test(path);
		if (ours) assert.not.equal(status, 404, key);
		else if (!exists) assert.is(status, 404, key);
	}
	for (const path of ['/', '/switcher', '/api/state', '/api/nothing', '/nothing', '/ca.pem', '/trust', '/api/door']) {
		for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
			const { status, headers } = await ask(method, path, { headers: proxied });
			assert.equal([status, headers.allow], [404, undefined], `${method} ${path}`);
		}
	}
});

test('of the files of the panel only those that the guests’ pages consist of', async () => {
	const status = async (file: string, headers: Record<string, string>) =>
		(await ask('GET', `/assets/${file}`, { headers })).status;
	assert.equal([await status('main-1a2b.js', proxied), await status('switcher-3c4d.js', proxied)], [200, 404]);
	assert.is(await status('switcher-3c4d.js', {}), 200);
});

test('whatever a proxy passes on is outside, also by another name, also when nobody trusts it', async () => {
	const state = (headers: Record<string, string>) =>
		ask('GET', '/api/state', { headers, token: server.tokens.operator }).then(({ status }) => status);
	assert.is(await state({}), 200);
	for (const name of ['studio.example.org', 'STUDIO.example.org.', 'studio.example.org:443'])
		assert.is(await state({ host: name }), 404);
	for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'cf-connecting-ip']) {
		for (const trustedProxies of [['127.0.0.1'], []]) {
			server.settings.patch({ access: { trustedProxies } });
			assert.is(await state({ host: 'localhost', [name]: '127.0.0.1' }), 404, name);
		}
	}
});

test('the events socket does not exist outside', async () => {
	const socket = new WebSocket(`${server.httpUrl.replace('http', 'ws')}/api/events`, {
		headers: { ...proxied, authorization: `Bearer ${server.tokens.operator}` },
	});
	const status = await new Promise((resolve) => {
		socket.on('error', () => undefined);
		socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
		socket.on('open', () => resolve('open'));
	});
	socket.terminate();
	assert.is(status, 404);
});

test('headers of proxies count from trusted ones only, and from the right', () => {
	const seen = (peer: string, headers: Record<string, string>, trustedProxies: string[]) => {
		const clients = new Clients(() => ({ publicUrl: 'https://studio.example.org', trustedProxies }));
		const incoming = { headers: { host: 'studio.local', ...headers }, socket: { remoteAddress: peer, encrypted: false } };
		const client = clients.receive(incoming as never);
		return { address: client.address, secure: client.secure, origin: client.origin, public: client.public, lan: client.lan };
	};
	const direct = { address: '192.168.1.9', secure: false, origin: 'http://studio.local', public: false, lan: true };
	const forged = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
	assert.equal(seen('::ffff:192.168.1.9', {}, []), direct);
	// Not believed; but who sends them speaks for others.
	const stranger = { ...direct, origin: 'https://studio.example.org', public: true, lan: false };
	assert.equal(seen('192.168.1.9', forged, ['192.168.1.10', '10.1.0.0/16']), stranger);
	const nowhere = new Clients(() => ({ publicUrl: null, trustedProxies: [] }));
	const incoming = { headers: { host: 'studio.local', ...forged }, socket: { remoteAddress: '192.168.1.9' } };
	const { address, origin, public: isPublic, lan } = nowhere.receive(incoming as never);
	assert.equal([address, origin, isPublic, lan], ['192.168.1.9', 'http://studio.local', false, false]);
	const passed = { address: '203.0.113.7', secure: true, origin: 'https://studio.example.org', public: true, lan: false };
	const two = { 'x-forwarded-for': '127.0.0.1, 203.0.113.7, 10.1.2.3', 'x-forwarded-proto': 'https' };
	assert.equal(seen('192.168.1.10', two, ['192.168.1.10', '10.1.0.0/16']), passed);
	// What stands left of the first address nobody vouches for was written by the client.
	assert.is(seen('192.168.1.10', two, ['192.168.1.10']).address, '10.1.2.3');
	assert.is(seen('192.168.1.10', { 'x-forwarded-for': 'rubbish, 203.0.113.7, x' }, ['192.168.1.10']).address, '192.168.1.10');
	assert.equal(seen('203.0.113.9', {}, []).lan, false);
});

test('who comes from no network of the house is outside, whatever they call the studio', () => {
	const isPublic = (peer: string, host: string, lan: string[] = []) =>
		new Clients(() => ({ publicUrl: 'https://studio.example.org', trustedProxies: [], lan })).receive({
			headers: { host },
			socket: { remoteAddress: peer, encrypted: true },
		} as never).public;
	for (const host of ['studio.example.org', '192.168.77.1', 'x', 'localhost', '127.0.0.1:8443']) {
		for (const peer of ['198.51.100.9', '::ffff:198.51.100.9', '2001:db8::9', '9.9.9.9'])
			assert.is(isPublic(peer, host), true, `${peer} ${host}`);
	}
	for (const peer of [
		'10.1.2.3',
		'172.16.0.9',
		'192.168.1.9',
		'169.254.3.4',
		'100.100.1.2',
		'fd00::5',
		'fe80::1',
		'127.0.0.1',
		'::1',
	])
		assert.is(isPublic(peer, '192.168.77.1'), false, peer);
	assert.equal(
		[isPublic('198.51.100.9', 'x', ['198.51.100.0/24']), isPublic('198.51.100.9', 'studio.example.org', ['198.51.100.0/24'])],
		[false, true],
	);
});

test('under a name that is not ours nothing answers, on loopback too; a request names one host', async () => {
	const status = async (host: string, path = '/api/health', method = 'GET') =>
		(await ask(method, path, { headers: { host } })).status;
	for (const host of ['evil.example:8000', 'x', '192.0.2.77', 'localhost.evil.example', 'studio.example.org.evil.example']) {
		for (const [method, path] of [
			['GET', '/'],
			['POST', '/api/session'],
			['POST', '/api/door'],
			['GET', '/ca.pem'],
			['POST', '/whip/guest-ada'],
		] as const)
			assert.is(await status(host, path, method), 421, `${host} ${path}`);
	}
	for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1', '[::1]:8000', hostname(), `${hostname()}.local`])
		assert.is(await status(host), 200, host);
	server.settings.patch({ access: { names: ['Studio.fritz.box'] } });
	assert.is(await status('studio.fritz.box'), 200);
	const raw = (text: string) =>
		new Promise<string>((resolve, reject) => {
			const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1', () => socket.write(text));
			socket.on('data', (data) => {
				resolve(String(data).slice(9, 12));
				socket.destroy();
			});
			socket.on('error', reject);
		});
	assert.is(await raw('GET /api/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'), '400');
	assert.is(await raw('GET /api/health HTTP/1.1\r\n\r\n'), '400');
	assert.is(await raw('GET http://evil.example/api/health HTTP/1.1\r\nHost: localhost\r\n\r\n'), '400');
	const socket = new WebSocket(`${server.httpUrl.replace('http', 'ws')}/api/events`, {
		headers: { host: 'evil.example', authorization: `Bearer ${server.tokens.operator}` },
	});
	const refused = await new Promise((resolve) => {
		socket.on('error', () => undefined);
		socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
		socket.on('open', () => resolve('open'));
	});
	socket.terminate();
	assert.is(refused, 421);
});

test('under the public name browsers are told to come encrypted for ever, by the names of the device never', async () => {
	const told = async (headers: Record<string, string>) =>
		(await ask('GET', '/guest_join', { headers })).headers['strict-transport-security'];
	assert.is(await told(proxied), 'max-age=31536000');
	assert.is(await told({}), undefined);
});

test('who is not encrypted up to the proxy is led to the public address', async () => {
	const answer = await ask('GET', '/guest_join?x=1', { headers: { ...proxied, 'x-forwarded-proto': 'http' } });
	assert.equal([answer.status, answer.headers.location], [307, 'https://studio.example.org/guest_join?x=1']);
});

test('invites, and their QR codes, are for the public name', async () => {
	const made = await server.ask('POST', '/api/guests', { token: server.tokens.operator, json: { name: 'Ada' } });
	const invite = (await made.json()) as GuestInvite;
	assert.is(invite.joinUrl, `https://studio.example.org/guest_join#${invite.token}`);
	assert.is(invite.whipUrl, `https://studio.example.org/whip/${invite.id}`);
	const other = (await (
		await server.ask('POST', `/api/guests/${invite.id}/invite`, { token: server.tokens.operator, json: {} })
	).json()) as GuestInvite;
	assert.match(invite.qrSvg, /^<svg .*<\/svg>$/s);
	assert.not.equal(invite.qrSvg, other.qrSvg);
});

test('a guest who came by the public name is told whether media can flow, and the address on the network', async () => {
	const reach = async (headers: Record<string, string>) =>
		JSON.parse((await ask('GET', '/api/reach', { headers, token: server.tokens.guest })).text) as Reach;
	assert.equal([(await reach({})).via, (await reach({})).media], ['lan', 'yes']);
	const told = await reach(proxied);
	assert.is(told.via, 'public');
	assert.is(told.media, mediaOutside(server.settings.current.network, lanAddresses()));
	for (const url of told.lanUrls) assert.match(url, /^https:\/\/[\d.[\]:a-f]+:\d+$/);
	server.settings.patch({ network: { servers: [{ name: 'b', urls: ['turn:turn.example.org:3478'], secret: 'x' }] } });
	assert.is((await reach(proxied)).media, 'yes');
});

test('without TURN and public address no media flow to the outside; with STUN alone they may', () => {
	const inside = ['192.168.1.5', '100.100.1.2', 'fd00::5'];
	const media = (network: object, addresses = inside) => mediaOutside(networkSettingsSchema.parse(network), addresses);
	const turn = { name: 'b', urls: ['turns:turn.example.org:5349'], secret: 'x' };
	assert.is(media({}), 'no');
	assert.is(media({ servers: [{ name: 'a', urls: ['stun:stun.example.org:3478'] }] }), 'maybe');
	assert.is(media({ servers: [turn] }), 'yes');
	assert.is(media({ cloudflare: { keyId: 'x', apiToken: 'x' } }), 'yes');
	assert.is(media({ publicAddress: '192.0.2.20' }), 'yes');
	assert.is(media({ extraAddresses: ['192.168.7.7'] }), 'no');
	assert.is(media({}, [...inside, '9.9.9.9']), 'yes');
});

test('settings that cannot be are refused by name', async () => {
	const status = async (access: object) => {
		const answer = await server.ask('PATCH', '/api/settings', { token: server.tokens.technician, json: { access } });
		return answer.status === 200
			? 'taken'
			: ((await answer.json()) as { error: { detail: { field: string }[] } }).error.detail[0]!.field;
	};
	const tunnel = {
		host: 'vps.example.org',
		user: 'studio',
		hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBg',
		remotePort: 8080,
	};
	assert.is(await status({ publicUrl: 'http://studio.example.org' }), 'access.publicUrl');
	assert.is(await status({ publicUrl: 'https://studio.example.org/studio' }), 'access.publicUrl');
	assert.is(await status({ trustedProxies: ['10.0.0.0/33'] }), 'access.trustedProxies.0');
	assert.is(await status({ lan: ['192.0.2.0/24', 'here'] }), 'access.lan.1');
	assert.is(await status({ names: ['studio.fritz.box', 'a b'] }), 'access.names.1');
	assert.is(await status({ openToInternet: 'yes' }), 'access.openToInternet');
	assert.is(await status({ tunnel: { ...tunnel, enabled: false, host: '-oProxyCommand=x' } }), 'access.tunnel.host');
	assert.is(await status({ tunnel: { ...tunnel, enabled: false, user: 'a b' } }), 'access.tunnel.user');
	assert.is(await status({ tunnel: { ...tunnel, enabled: false, hostKey: 'ssh-ed25519 AAAA\nevil' } }), 'access.tunnel.hostKey');
	assert.is(await status({ publicUrl: null, acme: {} }), 'access.publicUrl');
	assert.is(await status({ tunnel: { ...tunnel, enabled: false } }), 'taken');
});

test.run();
