import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { makeAuthority, makeServerCertificate } from '../../service/access/authority.js';
import type { NetworkTest, NetworkTestItem } from '../../service/contract/network.js';
import { Signalling } from '../tools/net/signalling.js';
import { TestService } from '../tools/service.js';
import { suite } from '../tools/suite.js';

/** The network self-test's look at the public page, by the public name and with a certificate that is checked. */
const test = suite<{ wire: Signalling; dir: string; pem: { cert: string; key: string } }>('the public page');

test.before(async (context) => {
	const dir = mkdtempSync(join(tmpdir(), 'r58-public-'));
	const authority = await makeAuthority(['localhost'], new Date());
	const { certPem, keyPem } = await makeServerCertificate(authority, ['localhost'], new Date());
	writeFileSync(join(dir, 'authority.pem'), authority.certPem);
	const service = await TestService.start({ canvas: '160x90p10', env: { NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem') } });
	Object.assign(context, { dir, wire: new Signalling(service), pem: { cert: certPem, key: keyPem } });
});
test.after(async ({ wire, dir }) => {
	await wire.service.stop();
	rmSync(dir, { recursive: true });
});

async function publicPage({ service }: Signalling): Promise<NetworkTestItem> {
	const { status, body } = await service.api<NetworkTest>('POST', '/api/network/test', undefined, {
		token: service.ready.technicianToken,
	});
	assert.is(status, 200, JSON.stringify(body));
	return body.items.find(({ id }) => id === 'public-page')!;
}

test('without a public name there is nothing to test', async ({ wire }) => {
	assert.is((await publicPage(wire)).state, 'off');
});

test('the join page is fetched by the public name; an untrusted certificate, other pages and silence are told', async ({
	wire,
	pem,
}) => {
	const { technicianToken: token } = wire.service.ready;
	const { port } = new URL(wire.service.https);
	await wire.set({ access: { publicUrl: `https://localhost:${port}` } });
	const own = await publicPage(wire);
	assert.is(own.state, 'fails', 'the device’s own certificate is no public one');
	assert.match(own.message, /certificate/);

	// It is the certificate for its public name now.
	const installed = await wire.service.api('PUT', '/api/certificate', { chainPem: pem.cert, keyPem: pem.key }, { token });
	assert.is(installed.status, 200, JSON.stringify(installed.body));
	const good = await publicPage(wire);
	assert.equal([good.state, good.message], ['ok', `https://localhost:${port}/guest_join shows the join page.`]);

	let answer: (() => [status: number, body: string]) | null = () => [200, '<title>Another house</title>'];
	const other = createServer(pem, (_, response) => {
		const [status, body] = answer?.() ?? [];
		if (status !== undefined) response.writeHead(status).end(body);
	});
	other.listen(0, '127.0.0.1');
	await once(other, 'listening');
	await wire.set({ access: { publicUrl: `https://localhost:${(other.address() as AddressInfo).port}` } });
	for (const [next, expected] of [
		[answer, /not with the join page/],
		[() => [502, ''], /status 502/],
		[null, /cannot be reached: .*time/],
	] as const) {
		answer = next as typeof answer;
		const { state, message, remedy } = await publicPage(wire);
		assert.is(state, 'fails', message);
		assert.match(message, expected);
		assert.ok(remedy);
	}
	other.closeAllConnections();
	other.close();
});

test.run();
