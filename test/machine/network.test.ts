/**
 * Guests from another network, with a real router between: see test/tools/net/netns.ts. The guest is Chromium on the join page, the
 * relay is coturn.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { Certificate } from '../../service/access/certificate.js';
import type { Guest, GuestInvite } from '../../service/contract/guests.js';
import type { NetworkTest } from '../../service/contract/network.js';
import type { State } from '../../service/contract/state.js';
import { createLog } from '../../service/util/log.js';
import { forwarding, routerOutside, studioAddress, TestNetwork, turnAddress, turnPorts } from '../tools/net/netns.js';
import { TestBrowser } from '../tools/page/browser.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';
import { until } from '../tools/wait.js';

export const alone = true;

interface World {
	network: TestNetwork;
	service: TestService;
	browser: TestBrowser;
	certificate: { cert: string; key: string };
}
const test = suite<World>('network');
const secret = 'north by northwest';
const url = {
	udp: `turn:${turnAddress}:${turnPorts.plain}?transport=udp`,
	tcp: `turn:${turnAddress}:${turnPorts.plain}?transport=tcp`,
	tls: `turns:${turnAddress}:${turnPorts.tls}?transport=tcp`,
};
/** Time that a busy machine may take on top of what is promised. */
const slackMs = 5000;
/** Two checks of consent (RFC 7675) in vain, and the second in which it is looked at. */
const lostMs = 14_000;
/** What the relay sends to itself is no business of the router's. */
const noUdp = 'iifname != "lo" meta l4proto udp drop';
const turn = (urls: string[], more: object = {}) => ({ name: 'ours', urls, secret, ...more });

/** Runs in the page before its own code: what it connects with is looked at later. */
const keepPeers = `
	window.peers = [];
	window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
		construct(target, words) {
			const peer = new target(...words);
			peers.push(peer);
			return peer;
		},
	});
`;

test.before(async (world) => {
	world.network = new TestNetwork();
	const { network } = world;
	const authority = new Certificate({ dataDir: network.folder, log: createLog('silent'), names: () => [turnAddress] });
	await authority.ensure();
	const tls = join(network.folder, 'tls');
	world.certificate = { cert: join(tls, 'server.pem'), key: join(tls, 'server.key') };
	world.service = await TestService.start({ inside: network.inside('studio'), canvas: '320x180p15' });
	world.service.ready.http = await network.reach(Number(new URL(world.service.http).port));
	await world.service.onAir();
	world.browser = await TestBrowser.start({
		program: network.wrapper('guest', '/usr/bin/chromium'),
		ignoreCertificateErrors: true,
	});
	await world.browser.context.addInitScript({ content: keepPeers });
	await network.startTurn({ secret, certificate: world.certificate });
});
test.after(async ({ network, service, browser }) => {
	await browser?.close();
	await service?.stop();
	network?.close();
});

async function set({ service }: World, network: object): Promise<void> {
	const { status, body } = await service.api('PATCH', '/api/settings', { network }, { token: service.ready.technicianToken });
	assert.is(status, 200, JSON.stringify(body));
}

/** A guest on the join page outside, who has clicked Join. */
async function joins({ service, browser }: World): Promise<{ guest: GuestInvite; page: Page }> {
	const guest = (await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' })).body;
	const origin = `https://${studioAddress}:${new URL(service.https).port}`;
	const page = await browser.page(`${origin}/guest_join#${guest.token}`);
	// From the request on, not from the click: the camera starts in between.
	await Promise.all([page.waitForRequest(/\/whip\/[^/]+$/), page.getByTestId('join-button').click()]);
	return { guest, page };
}

async function live({ service }: World, id: string): Promise<Guest> {
	const what = 'the guest to be live';
	const { guests } = await service
		.waitState(({ guests, sources }) => guests[id]?.state === 'connected' && sources[id]?.state === 'live', what)
		.catch(async (error: Error) => {
			const { guests } = await service.state();
			throw new Error(`${error.message}\n${JSON.stringify(guests[id])}`);
		});
	return guests[id]!;
}

/** How the browser reaches its relay: udp, tcp or tls; null without one. */
function relayProtocol(page: Page): Promise<string | null> {
	return page.evaluate<string | null>(`(async () => {
		for (const peer of peers.filter(({ connectionState }) => connectionState === 'connected')) {
			const report = [...(await peer.getStats()).values()];
			const pair = report.find((entry) => entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded');
			const local = report.find(({ id }) => id === pair?.localCandidateId);
			if (local?.candidateType === 'relay') return local.relayProtocol;
		}
		return null;
	})()`);
}

async function leaves({ service }: World, { guest, page }: { guest: GuestInvite; page: Page }): Promise<void> {
	await page.close();
	await service.api('DELETE', `/api/guests/${guest.id}`);
}

for (const [side, who] of [
	['guests', 'the guest'],
	['device', 'the studio'],
] as const) {
	test(`with no way but a TURN server that ${who} uses by UDP, a guest joins through it`, async (world) => {
		world.network.rules();
		await set(world, { interfaces: ['eth0'], servers: [turn([url.udp], { for: side })] });
		const joined = await joins(world);
		const { path, connection } = await live(world, joined.guest.id);
		assert.is(path, 'relay');
		assert.is(connection?.pair?.[side === 'guests' ? 'remote' : 'local'].address, turnAddress);
		assert.is(await relayProtocol(joined.page), side === 'guests' ? 'udp' : null);
		await leaves(world, joined);
	});
}

test('when only relays are allowed, the studio tells and uses no other address', async (world) => {
	world.network.rules();
	await set(world, { servers: [turn([url.udp])], policy: 'relay' });
	const joined = await joins(world);
	const { path, connection } = await live(world, joined.guest.id);
	assert.is(path, 'relay');
	assert.is(connection?.pair?.local.type, 'relay');
	assert.equal(new Set(connection?.local.map(({ type }) => type)), new Set(['relay']));
	await leaves(world, joined);
	await set(world, { policy: 'all' });
});

test('with UDP blocked and no server, a guest reaches the studio by TCP when that is on', async (world) => {
	world.network.rules();
	await set(world, { servers: [], tcp: true });
	const joined = await joins(world);
	const { connection } = await live(world, joined.guest.id);
	assert.is(connection?.pair?.local.transport, 'tcp');
	assert.is(connection?.pair?.local.address, studioAddress);
	await leaves(world, joined);
	await set(world, { tcp: false });
});

test('with UDP blocked on both sides, both reach the TURN server by TCP', async (world) => {
	world.network.rules({ input: [noUdp] });
	await set(world, { servers: [turn([url.udp, url.tcp])] });
	const joined = await joins(world);
	assert.is((await live(world, joined.guest.id)).path, 'relay');
	assert.is(await relayProtocol(joined.page), 'tcp');
	await leaves(world, joined);
});

test('a guest whose network lets out TLS only joins by TURN over TLS; the studio takes its own way', async (world) => {
	world.network.rules({ input: ['iifname "out" meta l4proto udp drop', `iifname "out" tcp dport ${turnPorts.plain} drop`] });
	await set(world, { servers: [turn([url.tls, url.udp])] });
	const joined = await joins(world);
	assert.is((await live(world, joined.guest.id)).path, 'relay');
	assert.is(await relayProtocol(joined.page), 'tls');
	await leaves(world, joined);
});

test('the self-test tells which ways work, and what a guest outside will experience', async (world) => {
	world.network.rules(forwarding(8189, 8289));
	await set(world, { servers: [turn([url.udp, url.tcp])], publicAddress: routerOutside });
	const test = async () => {
		const technician = { token: world.service.ready.technicianToken };
		const { items, outside } = (await world.service.api<NetworkTest>('POST', '/api/network/test', undefined, technician)).body;
		return { states: Object.fromEntries(items.map(({ id, state }) => [id, state])), outside };
	};
	const good = await test();
	assert.equal(good.states, {
		lan: 'ok',
		stun: 'off',
		'turn-udp': 'ok',
		'turn-tcp': 'ok',
		'turn-tls': 'off',
		'forwarded-port': 'ok',
		'public-page': 'off',
	});
	assert.match(good.outside, /^Guests outside can join, even from networks that block UDP/);
	world.network.rules({ input: [noUdp] });
	const bad = await test();
	assert.is(bad.states['turn-udp'], 'fails');
	assert.is(bad.states['turn-tcp'], 'ok');
	assert.is(bad.states['forwarded-port'], 'fails');
});

test('through a router that forwards the ports one to one, a guest joins directly', async (world) => {
	world.network.rules(forwarding(8189, 8289));
	await set(world, { servers: [], publicAddress: routerOutside });
	const joined = await joins(world);
	const { path, connection } = await live(world, joined.guest.id);
	assert.is(path, 'direct');
	assert.is(connection?.pair?.remote.address, '203.0.113.2');
	const { port = 0 } = connection?.pair?.local ?? {};
	assert.ok(port >= 8189 && port <= 8289, `port ${port}`);
	await leaves(world, joined);
	await set(world, { publicAddress: null });
});

/** Drops all that comes to the router, from where it is put on. */
const silence = `table ip silence {
	chain arriving {
		type filter hook prerouting priority -300; policy accept;
		iifname { "in", "out" } drop
	}
}`;

for (const [name, cut, mend] of [
	[
		'is pulled',
		(network: TestNetwork) => network.ip('router', 'link', 'set', 'out', 'down'),
		(network: TestNetwork) => network.ip('router', 'link', 'set', 'out', 'up'),
	],
	[
		'swallows everything',
		(network: TestNetwork) => network.rules({ nat: silence }),
		(network: TestNetwork) => network.rules(forwarding(8189, 8289)),
	],
] as const)
	test(`a guest whose network ${name} is lost within 14 s, keeps the seat, and is back by itself`, async (world) => {
		const { network, service } = world;
		network.rules(forwarding(8189, 8289));
		await set(world, { servers: [], publicAddress: routerOutside });
		const joined = await joins(world);
		const { id } = joined.guest;
		await live(world, id);
		const { slot } = (await service.state()).sources[id]!;
		cut(network);
		const lost = ({ guests }: State) => guests[id]?.state === 'lost';
		const { guests, sources } = await service.waitState(lost, 'the guest to be lost', lostMs + slackMs);
		assert.match(guests[id]!.lastError!, /silent/);
		assert.is(sources[id]!.slot, slot, 'the seat is kept');
		const phase = () => joined.page.getByTestId('join-state').getAttribute('data-phase');
		await until(async () => (await phase()) !== 'live', { what: 'the page to tell', timeoutMs: 5000 + slackMs });
		mend(network);
		await live(world, id);
		assert.is((await service.state()).sources[id]!.slot, slot);
		await leaves(world, joined);
		await set(world, { publicAddress: null });
	});

for (const [name, change, reason] of [
	['wrong password', { secret: 'wrong one' }, /TURN server "ours" .*rejects the user name or password/],
	['nothing that listens', {}, /TURN server "ours" .*unreachable by UDP: connection refused/],
] as const) {
	test(`a TURN server with ${name}: operator and guest read the reason within 10 s`, async (world) => {
		const { service, network } = world;
		network.rules();
		if (name !== 'wrong password') network.stopTurn();
		await set(world, { servers: [turn([url.udp], change)] });
		const { guest, page } = await joins(world);
		const asked = performance.now();
		const { guests } = await service.waitState(({ guests }) => guests[guest.id]?.lastError, 'the reason', 10_000);
		assert.match(guests[guest.id]!.lastError!, reason);
		assert.match(guests[guest.id]!.lastError!, /^No path was found between|^The other side sent no address/);
		const state = page.getByTestId('join-state');
		const read = () => state.textContent().then((text) => (/relay server|TURN server/.test(text ?? '') ? text : null));
		const leftMs = 10_000 - (performance.now() - asked);
		const text = await until(read, { what: 'the reason on the page', timeoutMs: leftMs, everyMs: 100 });
		assert.match(text, /The relay server .* rejects the login|TURN server "ours"|cannot be reached/);
		const own = await service.api<Guest>('GET', `/api/guests/${guest.id}`, undefined, { token: guest.token });
		assert.is(own.body.connection?.pair, null);
		assert.is(own.body.connection?.servers[0]?.state, 'failed');
		const fault = (await service.state()).faults.find(({ code }) => code === 'ice-server');
		assert.is(fault?.subject, url.udp);
		await leaves(world, { guest, page });
	});
}

test('no log line holds a secret, a user or a password', async ({ service, network }) => {
	const log = service.logs.map((line) => JSON.stringify(line)).join('\n');
	assert.not.match(log, /north by|wrong one|\d{10}:[\w-]{12}/);
	assert.ok(network.folder);
});

test.run();
