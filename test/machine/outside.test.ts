/**
 * A guest whose network reaches the studio by nginx and coturn alone (test/tools/net/netns.ts). nginx is set up as the docs say,
 * with a certificate of an authority that the guest's browser trusts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { makeAuthority, makeServerCertificate } from '../../service/access/authority.js';
import type { GuestInvite } from '../../service/contract/guests.js';
import { routerOutside, studioAddress, TestNetwork, turnAddress, turnPorts } from '../tools/net/netns.js';
import { TestBrowser } from '../tools/page/browser.js';
import { root, TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

export const alone = true;

const name = 'studio.example.org';
const publicUrl = `https://${name}`;
const secret = 'north by northwest';

interface World {
	network: TestNetwork;
	service: TestService;
	browser: TestBrowser;
}
const test = suite<World>('outside');

/** The server block of the docs, for the addresses and files of this test, in the least of a configuration around it. */
function nginxConfiguration(folder: string, httpPort: string): string {
	const block = /```nginx\n(.*?)```/s
		.exec(readFileSync(join(root, 'panel/docs/technicians.md'), 'utf8'))![1]!
		.replace('http://DEVICE:8000', `http://${studioAddress}:${httpPort}`)
		.replaceAll(`/etc/letsencrypt/live/${name}/`, `${folder}/`);
	const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
	return `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
events {}
http { access_log off; ${places.join(' ')}
${block}}
`;
}

test.before(async (world) => {
	world.network = new TestNetwork();
	const { network } = world;
	network.rules({ pages: false });
	const authority = await makeAuthority([name], new Date());
	const { certPem, keyPem } = await makeServerCertificate(authority, [name], new Date());
	writeFileSync(join(network.folder, 'fullchain.pem'), certPem);
	writeFileSync(join(network.folder, 'privkey.pem'), keyPem, { mode: 0o600 });
	world.service = await TestService.start({ inside: network.inside('studio'), canvas: '320x180p15' });
	const { port } = new URL(world.service.http);
	world.service.ready.http = await network.reach(Number(port));
	await world.service.onAir();
	writeFileSync(join(network.folder, 'nginx.conf'), nginxConfiguration(network.folder, port));
	const output = network.start(
		'router',
		'/usr/sbin/nginx',
		'-e',
		'stderr',
		'-p',
		network.folder,
		'-c',
		join(network.folder, 'nginx.conf'),
	);
	await network.listening('router', '0.0.0.0:443', output);
	world.browser = await TestBrowser.start({
		program: network.wrapper('guest', '/usr/bin/chromium'),
		trust: authority.certPem,
		flags: [`--host-resolver-rules=MAP ${name} ${routerOutside}`],
	});
	await set(world, { access: { publicUrl, trustedProxies: ['10.71.1.1'] } });
});
test.after(async ({ network, service, browser }) => {
	await browser?.close();
	await service?.stop();
	network?.close();
});

async function set({ service }: World, settings: object): Promise<void> {
	const { status, body } = await service.api('PATCH', '/api/settings', settings, { token: service.ready.technicianToken });
	assert.is(status, 200, JSON.stringify(body));
}

test('without TURN the guest reads before joining that media cannot flow, and the address in the house', async (world) => {
	const { service, browser } = world;
	const { body: invite } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Ada' });
	assert.ok(invite.joinUrl.startsWith(`${publicUrl}/guest_join#`));
	const page = await browser.page(invite.joinUrl);
	const notice = page.getByTestId('reach-notice');
	await notice.waitFor();
	assert.is(await notice.getAttribute('data-media'), 'no');
	assert.match((await notice.textContent())!, /TURN server/);
	assert.match((await notice.textContent())!, new RegExp(`https://${studioAddress}:${new URL(service.https).port}`));
	await page.close();
});

test('with coturn the guest joins, and everything goes by nginx and the relay', async (world) => {
	const { network, service, browser } = world;
	await network.startTurn({ secret });
	const urls = [`turn:${turnAddress}:${turnPorts.plain}?transport=udp`];
	await set(world, { network: { servers: [{ name: 'ours', urls, secret }] } });
	const { body: invite } = await service.api<GuestInvite>('POST', '/api/guests', { name: 'Bea' });
	const page = await browser.page(invite.joinUrl);
	await page.getByTestId('join-name').waitFor();
	assert.is(await page.getByTestId('reach-notice').count(), 0);
	await page.getByTestId('join-button').click();
	const { guests } = await service.waitState(
		({ guests, sources }) => guests[invite.id]?.state === 'connected' && sources[invite.id]?.state === 'live',
		'the guest to be live',
		30_000,
	);
	assert.is(guests[invite.id]!.path, 'relay');
	assert.equal(browser.errors, []);
	await page.close();
});

test('nothing else of the studio is out there', async ({ service, browser }) => {
	const page = await browser.page(`${publicUrl}/guest_join`);
	const token = service.ready.technicianToken;
	const statuses = (paths: string[]) =>
		page.evaluate<number[]>(`Promise.all(${JSON.stringify(paths)}.map(async (path) =>
			(await fetch(path, { headers: { authorization: 'Bearer ${token}' } })).status))`);
	assert.equal(
		await statuses(['/', '/switcher', '/system', '/api/state', '/api/settings', '/api/health', '/metrics', '/ca.pem']),
		[404, 404, 404, 404, 404, 404, 404, 404],
	);
	assert.equal(await statuses(['/api/session', '/watch/program']), [200, 200]);
	// Who has no invite finds no door here.
	await page.getByTestId('join-closed').waitFor();
	assert.is(await page.getByTestId('door-name').count(), 0);
});

test.run();
