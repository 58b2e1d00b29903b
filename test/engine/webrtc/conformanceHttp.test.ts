import { createHmac } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import * as assert from 'uvu/assert';
import { mayRetry, refusalOf } from '../../../panel/data/refusal.js';
import type { GuestInvite } from '../../../service/contract/guests.js';
import type { Token } from '../../../service/contract/sessions.js';
import { fragmentText, offerText } from '../../tools/net/offers.js';
import { fragmentType, problem, Signalling, sdpType } from '../../tools/net/signalling.js';
import { TestService } from '../../tools/service.js';
import { suite } from '../../tools/suite.js';

/** Who may ask, from where, and what the headers say. Numbers: points.ts. */
const test = suite<{ wire: Signalling; guest: GuestInvite }>('conformance: HTTP');

test.before(async (context) => {
	const service = await TestService.start({ canvas: '320x180p15' });
	await service.onAir();
	context.wire = new Signalling(service);
	context.guest = await context.wire.guest();
});
test.after(({ wire }) => wire.service.stop());

type Context = { wire: Signalling; guest: GuestInvite };
const endpoints = {
	whip: ({ guest }: Context) => ({ path: `/whip/${guest.id}`, token: guest.token, offer: offerText({ direction: 'sendonly' }) }),
	whep: ({ wire }: Context) => ({
		path: '/whep/program',
		token: wire.service.ready.operatorToken,
		offer: offerText({ direction: 'recvonly' }),
	}),
};
/** Nobody is there: what is told does not depend on it. */
const turnSecret = 'north, by "north"; west';
const iceServers = [
	{ name: 'seen', urls: ['stun:127.0.0.1:9'] },
	{ name: 'ours', urls: ['turn:127.0.0.1:9?transport=udp', 'turns:127.0.0.1:9'], secret: turnSecret },
];
const preflight = { origin: 'https://studio.example', 'access-control-request-method': 'POST' };

async function viewerToken({ service }: Signalling, streamers: string[]): Promise<string> {
	const { technicianToken: token } = service.ready;
	const body = { label: 'A viewer', role: 'viewer', streamers };
	return (await service.api<Token & { token: string }>('POST', '/api/tokens', body, { token })).body.token;
}

for (const [name, endpoint] of Object.entries(endpoints)) {
	test(`15, 16 (${name}): no token and a wrong one are 401 with WWW-Authenticate, everywhere`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const { location } = await context.wire.post(path, token, offer);
		for (const bearer of [null, 'wrong'])
			for (const [method, at, type, body] of [
				['POST', path, sdpType, offer],
				['PATCH', location, fragmentType, fragmentText([])],
				['DELETE', location, undefined, undefined],
			] as const) {
				const response = await context.wire.ask(method, at, {
					token: bearer,
					...(type !== undefined && { type }),
					...(body !== undefined && { body }),
				});
				assert.is(response.headers.get('www-authenticate'), 'Bearer', method);
				assert.equal(await problem(response), [401, 'unauthorized'], method);
			}
	});

	test(`17, 18, 19, 20 (${name}): OPTIONS needs no token and says what there is`, async (context) => {
		const { path } = endpoint(context);
		for (const at of [path, `${path}/any-session`])
			for (const headers of [{}, preflight]) {
				const response = await context.wire.ask('OPTIONS', at, { headers });
				assert.ok([200, 204].includes(response.status), at);
				const has = (header: string, ...words: string[]) => {
					for (const word of words) assert.ok(response.headers.get(header)?.includes(word), `${header}: ${word}`);
				};
				has('accept-post', sdpType);
				has('access-control-allow-origin', '*');
				has('access-control-allow-methods', 'POST', 'PATCH', 'DELETE');
				has('access-control-allow-headers', 'Authorization', 'Content-Type', 'If-Match', 'ETag');
				has(
					'access-control-expose-headers',
					'Location',
					'ETag',
					'Link',
					'Accept-Patch',
					'Retry-After',
					'Access-Control-Allow-Methods',
				);
				assert.is(response.headers.get('access-control-allow-credentials'), null);
				if (headers === preflight) assert.is(response.headers.get('link'), null, 'no servers on a preflight');
			}
	});

	test(`22, 23, 24, 25 (${name}): every ICE server has a Link of its own, with a login of this session that any client can split`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const { wire } = context;
		await wire.set({ network: { servers: iceServers } });
		const answers = [
			(await wire.post(path, token, offer)).headers,
			(await wire.post(path, token, offer)).headers,
			(await wire.ask('OPTIONS', path, { token })).headers,
		];
		const logins = answers.map((headers) => {
			const links = headers
				.get('link')!
				.split(/,\s*(?=<)/)
				.map((link) => /^<([^>]+)>; rel="ice-server"(.*)$/.exec(link)!);
			assert.equal(
				links.map(([, url]) => url),
				iceServers.flatMap(({ urls }) => urls),
			);
			const [stun, ...turn] = links.map(([, , login]) => login!);
			assert.is(stun, '');
			assert.is(new Set(turn).size, 1, 'one login serves the URLs of one server');
			const { user, password } =
				/^; username="(?<user>[^",;]+)"; credential="(?<password>[^",;]+)"; credential-type="password"$/.exec(turn[0]!)!.groups!;
			assert.is(password, createHmac('sha1', turnSecret).update(user!).digest('base64'), 'what coturn expects');
			assert.ok(Number(user!.split(':')[0]) > Date.now() / 1000 + 3600, 'good for the session');
			return user;
		});
		assert.is(new Set(logins).size, answers.length, 'each session has another');
		const withoutToken = await wire.ask('OPTIONS', path);
		assert.equal([withoutToken.status, withoutToken.headers.get('link')], [200, null]);
		await wire.set({ network: { servers: [] } });
		assert.is((await wire.post(path, token, offer)).headers.get('link'), null);
	});

	test(`26, 27 (${name}): GET has no content, HEAD says what an answer would be`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const { location } = await context.wire.post(path, token, offer);
		for (const at of [path, location]) {
			const get = await context.wire.ask('GET', at, { token });
			assert.equal([get.status, await get.text()], [204, '']);
		}
		const head = await context.wire.ask('HEAD', path, { token });
		assert.is(head.status, 200);
		assert.match(head.headers.get('content-type') ?? '', /^application\/sdp/);
	});

	test(`28 (${name}): a session that is not there is 404, also the second time`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const { location } = await context.wire.post(path, token, offer);
		assert.is((await context.wire.ask('DELETE', location, { token })).status, 200);
		for (const at of [location, `${path}/${'A'.repeat(32)}`]) {
			assert.equal(await context.wire.refused(at, { token }, 'DELETE'), [404, 'not-found']);
			const ask = { token, type: fragmentType, body: fragmentText([]) };
			assert.equal(await context.wire.refused(at, ask, 'PATCH'), [404, 'not-found']);
		}
	});

	test(`47, 51 (${name}): plain HTTP from another machine is led to HTTPS, by 307 and no other redirect`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const lan = Object.values(networkInterfaces()).flat();
		const address = lan.find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;
		if (address === undefined) return;
		const origin = `http://${address}:${new URL(context.wire.service.http).port}`;
		const response = await context.wire.ask('POST', path, { token, type: sdpType, body: offer, origin });
		assert.is(response.status, 307);
		const { port } = new URL(context.wire.service.https);
		assert.is(response.headers.get('location'), `https://${address}:${port}${path}`);
	});

	test(`53 (${name}): an answer comes within the 8 s that OBS gives it`, async (context) => {
		const { path, token, offer } = endpoint(context);
		const started = performance.now();
		await context.wire.post(path, token, offer);
		assert.ok(performance.now() - started < 8000);
	});
}

test('15, 16: a valid token without the right is 403; a session is its maker’s alone', async ({ wire, guest }) => {
	const other = await wire.guest('Bob');
	const offer = offerText({ direction: 'sendonly' });
	const ask = { token: other.token, type: sdpType, body: offer };
	assert.equal(await wire.refused(`/whip/${guest.id}`, ask), [403, 'forbidden']);
	const mine = await wire.post(`/whip/${guest.id}`, guest.token, offer);
	const theirs = await wire.post(`/whip/${other.id}`, other.token, offer);
	const crossed = mine.location.replace(guest.id, other.id);
	assert.equal(await wire.refused(mine.location, { token: other.token }, 'DELETE'), [403, 'forbidden']);
	assert.equal(await wire.refused(crossed, { token: other.token }, 'DELETE'), [404, 'not-found']);
	const [one, two] = [await viewerToken(wire, ['program']), await viewerToken(wire, ['program'])];
	const watched = await wire.post('/whep/program', one, offerText({ direction: 'recvonly' }));
	assert.equal(await wire.refused(watched.location, { token: two }, 'DELETE'), [403, 'forbidden']);
	assert.equal(await wire.refused('/whep/multiview', { ...ask, token: one }), [403, 'forbidden']);
	for (const [location, token] of [
		[mine.location, guest.token],
		[theirs.location, other.token],
		[watched.location, one],
	] as const)
		assert.is((await wire.ask('DELETE', location, { token })).status, 200);
	await wire.forget(other);
});

test('20, 48: what is refused is told to other origins too, as a problem with a sentence', async ({ wire, guest }) => {
	const headers = { origin: 'https://studio.example' };
	const response = await wire.ask('POST', `/whip/${guest.id}`, { token: guest.token, type: sdpType, body: 'x', headers });
	assert.is(response.headers.get('access-control-allow-origin'), '*');
	assert.equal(await problem(response), [400, 'bad-sdp']);
	assert.equal(
		await wire.refused('/whep/nothing', {
			token: wire.service.ready.operatorToken,
			type: sdpType,
			body: offerText({ direction: 'recvonly' }),
		}),
		[404, 'not-found'],
	);
});

test('49: links are ICE servers or extensions by their URN, and none must be understood', async ({ wire, guest }) => {
	const { headers } = await wire.post(`/whip/${guest.id}`, guest.token, offerText({ direction: 'sendonly' }));
	for (const link of (headers.get('link') ?? '').split(/,\s*(?=<)/).filter(Boolean))
		assert.match(link, /rel="(ice-server|urn:ietf:params:whi?e?p:ext:[\w:.-]+)"/);
});

test('52: our own client goes by the class of a status it does not know, and by Retry-After', () => {
	assert.ok(mayRetry(refusalOf(599, '', null)));
	assert.is(refusalOf(599, '', null).message, refusalOf(500, '', null).message);
	assert.is(refusalOf(503, '', '7').retryAfterS, 7);
	assert.not.ok(mayRetry(refusalOf(422, '', null)));
});

test.run();
