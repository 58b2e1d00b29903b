import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import type { Candidate, Connection, ServerCheck } from '../../../service/contract/connection.js';
import { linksOf, parseServerUrl } from '../../../service/contract/iceServer.js';
import { CloudflareTurn } from '../../../service/network/cloudflare.js';
import { timeLimited } from '../../../service/network/credentials.js';
import { diagnose, type Symptoms } from '../../../service/network/diagnosis.js';
import { Servers } from '../../../service/network/servers.js';
import { forwardedCandidates, usableCandidate, usableCandidates } from '../../../service/rtc/candidates.js';
import { networkSettingsSchema } from '../../../service/settings/network.js';
import { test } from '../../tools/suite.js';

test('a time-limited login is what coturn computes, expires, and is another each time', () => {
	const { username, credential } = timeLimited('north', 1_700_000_000_000);
	assert.match(username, /^1700043200:[\w-]{12}$/);
	assert.is(credential, createHmac('sha1', 'north').update(username).digest('base64'));
	assert.is.not(timeLimited('north').username, timeLimited('north').username);
	assert.not.match(username + credential, /[,;"]/);
});

test('Link headers name one server each, and quote what would break them', () => {
	const links = linksOf([
		{ urls: ['stun:a.example.org'] },
		{ urls: ['turn:b.example.org?transport=udp', 'turns:b.example.org'], username: 'u', credential: 'a"b\\c' },
	]);
	const login = 'username="u"; credential="a\\"b\\\\c"; credential-type="password"';
	assert.equal(links, [
		'<stun:a.example.org>; rel="ice-server"',
		`<turn:b.example.org?transport=udp>; rel="ice-server"; ${login}`,
		`<turns:b.example.org>; rel="ice-server"; ${login}`,
	]);
});

test('addresses of servers are read as RFC 7064 and 7065 have them', () => {
	assert.equal(parseServerUrl('stun:a.example.org'), { kind: 'stun', host: 'a.example.org', port: 3478, transport: 'udp' });
	assert.equal(parseServerUrl('turn:[2001:db8::1]:99?transport=tcp'), {
		kind: 'turn',
		host: '2001:db8::1',
		port: 99,
		transport: 'tcp',
	});
	assert.equal(parseServerUrl('turns:a'), { kind: 'turn', host: 'a', port: 5349, transport: 'tls' });
	assert.is(parseServerUrl('http://a'), null);
});

test('each side gets its servers: TLS and those for guests are left out for the device, with the reason', async () => {
	const network = networkSettingsSchema.parse({
		servers: [
			{ name: 'ours', urls: ['stun:10.0.0.1', 'turn:10.0.0.1', 'turns:10.0.0.1'], secret: 'north' },
			{ name: 'out', urls: ['turn:192.0.2.1'], for: 'guests', username: 'u', credential: 'c' },
			{ name: 'in', urls: ['turn:10.0.0.2'], for: 'device', username: 'u', credential: 'c' },
		],
	});
	const servers = new Servers(() => network);
	const guests = await servers.forGuests(0);
	assert.equal(
		guests.flatMap(({ urls }) => urls),
		['stun:10.0.0.1', 'turn:10.0.0.1', 'turns:10.0.0.1', 'turn:192.0.2.1'],
	);
	assert.is(guests[0]!.username, undefined);
	const skipped = (await servers.entries(0)).map(({ url, skipped }) => [url, skipped]);
	assert.equal(skipped, [
		['stun:10.0.0.1', null],
		['turn:10.0.0.1', null],
		['turns:10.0.0.1', 'TURN over TLS is for guests only; the studio uses UDP or TCP'],
		['turn:192.0.2.1', 'for guests only'],
		['turn:10.0.0.2', null],
	]);
});

test('a forwarded port is told as a candidate of the public address, once a port, never for loopback', () => {
	const host = (address: string, port: number) => `candidate:1 1 UDP 2015363327 ${address} ${port} typ host`;
	const found = usableCandidates([host('192.168.1.5', 8190), host('10.8.0.2', 8190), host('127.0.0.1', 8191)]);
	const [public1, ...more] = forwardedCandidates(found, ['203.0.113.1']);
	assert.is(more.length, 0);
	assert.match(public1!.text, / 203\.0\.113\.1 8190 typ srflx raddr 10\.8\.0\.2 rport 8190$/);
	assert.ok(usableCandidate(public1!.text));
	assert.equal(forwardedCandidates(found, ['2001:db8::1']), []);
});

test('TCP candidates are told only when TCP is on, and only those that wait for connections', () => {
	const tcp = (type: string) => `a=candidate:1 1 TCP 1015021823 192.168.1.5 8190 typ host tcptype ${type}`;
	assert.is(usableCandidate(tcp('passive')), null);
	assert.is(usableCandidate(tcp('passive'), { tcp: true })?.transport, 'tcp');
	assert.is(usableCandidate(tcp('active'), { tcp: true }), null);
});

/* ---- why not ---- */

const candidate = (address: string, type: Candidate['type'] = 'host'): Candidate => ({
	address,
	type,
	transport: 'udp',
	port: 8190,
});
const connection = (more: Partial<Connection>): Connection => ({
	ice: 'connecting',
	dtls: 'new',
	local: [candidate('192.168.1.5'), candidate('127.0.0.1')],
	remote: [candidate('10.0.0.7')],
	pair: null,
	servers: [],
	...more,
});
const turn: ServerCheck = {
	name: 'ours',
	url: 'turn:t.example.org',
	kind: 'turn',
	transport: 'udp',
	state: 'ok',
	message: 'relays through 198.51.100.1',
	unused: null,
	address: '198.51.100.1',
	rttMs: 10,
	checkedAt: '2026-01-01T00:00:00.000Z',
};
const set = networkSettingsSchema.parse({ servers: [{ name: 'ours', urls: [turn.url], secret: 'north' }] });
const unset = networkSettingsSchema.parse({});
const why = (more: Partial<Connection>, servers: ServerCheck[] = [], settings: Symptoms['settings'] = unset, reason = '') =>
	diagnose({ connection: connection(more), servers, settings, reason });

test('why there is no connection is told in words: what was tried, and what would help', () => {
	assert.match(
		why({}),
		/^No path was found between the studio \(192\.168\.1\.5\) and the other side \(10\.0\.0\.7\)\. From another/,
	);
	assert.match(why({}), /neither a TURN server nor a public address is configured/);
	assert.match(why({ remote: [] }), /^The other side sent no address/);
	const refused = { ...turn, state: 'failed' as const, message: 'it rejects the user name or password' };
	assert.match(why({}, [refused], set), /TURN server "ours" \(turn:t\.example\.org\): it rejects the user name or password\.$/);
	assert.match(why({}, [turn], set), /the other side sent no relayed address/);
	assert.match(why({ remote: [candidate('198.51.100.1', 'relay')] }, [turn], set), /198\.51\.100\.1 by relay.*may not allow it/);
	assert.match(why({}, [turn], { ...set, policy: 'relay' }), /Only relayed paths are allowed/);
});

test('a handshake that fails is told apart from addresses that do not meet', () => {
	const pair = { local: candidate('192.168.1.5'), remote: candidate('10.0.0.7') };
	assert.match(why({ pair, dtls: 'connecting' }), /reach each other, but the encryption .* \(DTLS connecting\)/);
	assert.is(why({ pair }, [], unset, 'DTLS fingerprint mismatch: no'), 'DTLS fingerprint mismatch: no');
});

/* ---- Cloudflare ---- */

let cloudflare: Server;
let answer: { status: number; body: unknown };
let asked: { path: string; authorization: string; body: string }[];
test.before(async () => {
	cloudflare = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		asked.push({ path: `${request.method} ${request.url}`, authorization: request.headers.authorization ?? '', body });
		response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
	});
	await new Promise<void>((resolve) => cloudflare.listen(0, '127.0.0.1', resolve));
});
test.before.each(() => {
	asked = [];
});
test.after(() => void cloudflare.close());

const key = () => ({
	keyId: 'k1',
	apiToken: 'south',
	apiUrl: `http://127.0.0.1:${(cloudflare.address() as AddressInfo).port}`,
});

test('Cloudflare is asked once for logins that serve everybody, without the port that browsers block', async () => {
	answer = {
		status: 201,
		body: {
			iceServers: [
				{ urls: ['stun:stun.cloudflare.com:3478', 'stun:stun.cloudflare.com:53'] },
				{
					urls: ['turn:turn.cloudflare.com:3478?transport=udp', 'turn:turn.cloudflare.com:53?transport=udp'],
					username: 'u',
					credential: 'c',
				},
			],
		},
	};
	const turn = new CloudflareTurn(key());
	const [first, second] = await Promise.all([turn.servers(2000), turn.servers(2000)]);
	assert.equal(first, [
		{ urls: ['stun:stun.cloudflare.com:3478'] },
		{ urls: ['turn:turn.cloudflare.com:3478?transport=udp'], username: 'u', credential: 'c' },
	]);
	assert.equal(second, first);
	assert.equal(await turn.servers(2000), first);
	assert.equal(asked, [
		{ path: 'POST /v1/turn/keys/k1/credentials/generate-ice-servers', authorization: 'Bearer south', body: '{"ttl":86400}' },
	]);
});

test('logins of Cloudflare are renewed at half of their time, and the old ones used until then', async () => {
	const realNow = Date.now;
	try {
		const server = (username: string) => ({ iceServers: { urls: ['turn:t.example.org'], username, credential: 'c' } });
		answer = { status: 201, body: server('one') };
		const turn = new CloudflareTurn(key());
		assert.is((await turn.servers(2000))[0]?.username, 'one');
		answer = { status: 201, body: server('two') };
		Date.now = () => realNow() + 13 * 3_600_000;
		assert.is((await turn.servers(0))[0]?.username, 'one', 'nobody waits for the renewal');
		while (asked.length < 2 || (await turn.servers(0))[0]?.username !== 'two')
			await new Promise((resolve) => setTimeout(resolve, 10));
		assert.is(asked.length, 2);
	} finally {
		Date.now = realNow;
	}
});

test('why Cloudflare gives no logins is told, and it is not asked again at once', async () => {
	answer = { status: 401, body: {} };
	const turn = new CloudflareTurn(key());
	assert.equal(await turn.servers(2000), []);
	assert.is(turn.error, 'it rejects the API token (401)');
	assert.equal(await turn.servers(2000), []);
	assert.is(asked.length, 1);
	answer = { status: 201, body: { servers: [] } };
	const odd = new CloudflareTurn(key());
	await odd.servers(2000);
	assert.match(odd.error!, /unexpected answer/);
});

test.run();
