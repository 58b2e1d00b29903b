import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import * as assert from 'uvu/assert';
import { makeAuthority, makeServerCertificate } from '../../service/access/authority.js';
import type { Certificates as Info } from '../../service/contract/certificates.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

const company = await makeAuthority(['studio.example.org'], new Date());
const own = await makeServerCertificate(company, ['studio.example.org'], new Date());
const names = ['localhost', '127.0.0.1', 'studio.local'];
let server: ApiServer;
test.before.each(async () => {
	server = await startApiServer({ names: () => names });
});
test.after.each(async () => {
	names.splice(3);
	await server.stop();
});

/** What a client that asks for `name` is shown, and whether `authority` vouches for it. */
function shown(name: string | undefined, authority: string): Promise<{ fingerprint: string; trusted: boolean }> {
	return new Promise((resolve, reject) => {
		const port = Number(new URL(server.httpsUrl).port);
		const socket = connect(
			{ port, host: '127.0.0.1', ca: authority, rejectUnauthorized: false, ...(name && { servername: name }) },
			() => {
				resolve({ fingerprint: socket.getPeerX509Certificate()!.fingerprint256, trusted: socket.authorized });
				socket.destroy();
			},
		);
		socket.on('error', reject);
	});
}

const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256;

test('an installed certificate is served to who asks for its names, the device’s own to all others, until it is taken back', async () => {
	const device = server.certificate.authority.certPem;
	const json = { chainPem: `${own.certPem}\n${company.certPem}`, keyPem: own.keyPem };
	const answer = await server.ask('PUT', '/api/certificate', { token: server.tokens.technician, json });
	assert.is(answer.status, 200);
	const info = (await answer.json()) as Info;
	assert.equal(
		info.served.map(({ kind }) => kind),
		['own', 'device'],
	);
	assert.equal(info.served[0]!.names, ['studio.example.org']);
	assert.equal(info.served[0]!.lacks, ['studio.local'], 'loopback needs none');
	assert.equal(info.served[1]!.lacks, []);
	assert.not.match(JSON.stringify(info), /PRIVATE/);

	assert.equal(await shown('studio.example.org', company.certPem), { fingerprint: fingerprintOf(own.certPem), trusted: true });
	assert.is((await shown('studio.local', device)).trusted, true);
	assert.is((await shown(undefined, device)).trusted, true);
	for (const name of ['own.key', 'server.key', 'authority.key']) {
		assert.is(statSync(join(server.dir, 'tls', name)).mode & 0o777, 0o600, name);
	}

	assert.is((await server.ask('DELETE', '/api/certificate', { token: server.tokens.technician })).status, 200);
	assert.is((await shown('studio.example.org', company.certPem)).fingerprint, fingerprintOf(server.certificate.server.certPem));
	assert.not.ok(existsSync(join(server.dir, 'tls', 'own.key')));
});

test('a new authority is used from the next connection on, and /trust gives it out', async () => {
	const before = server.certificate.authority.certPem;
	const answer = await server.ask('POST', '/api/certificate/authority', { token: server.tokens.technician });
	assert.is(answer.status, 200);
	const { authority } = (await answer.json()) as Info;
	const after = await (await fetch(`${server.httpUrl}/ca.pem`)).text();
	assert.equal([fingerprintOf(after), authority.unbounded], [authority.fingerprint, false]);
	assert.is.not(authority.fingerprint, fingerprintOf(before));
	assert.equal([(await shown('studio.local', after)).trusted, (await shown('studio.local', before)).trusted], [true, false]);
});

test('a wrong certificate is refused and changes nothing', async () => {
	const json = { chainPem: own.certPem, keyPem: company.keyPem };
	const answer = await server.ask('PUT', '/api/certificate', { token: server.tokens.technician, json });
	assert.is(answer.status, 400);
	const { error } = (await answer.json()) as { error: { code: string; detail: { field: string }[] } };
	assert.equal([error.code, error.detail[0]!.field], ['invalid', 'keyPem']);
	assert.is((await shown('studio.example.org', company.certPem)).fingerprint, fingerprintOf(server.certificate.server.certPem));
});

test('a new address is in the certificate from the next connection on; one that is open goes on', async () => {
	const ca = server.certificate.authority.certPem;
	const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
	const ask = () =>
		new Promise<unknown>((resolve, reject) => {
			get(`${server.httpsUrl}/api/health`, { agent }, (response) => {
				response.resume().on('end', () => resolve(response.socket));
			}).on('error', reject);
		});
	const before = await ask();
	const first = await shown('moved.local', ca);
	names.push('moved.local');
	await server.certificates.ensure();
	const second = await shown('moved.local', ca);
	assert.not.equal(second.fingerprint, first.fingerprint);
	assert.equal([first.trusted, second.trusted], [false, true]);
	assert.is(await ask(), before, 'the same connection');
	agent.destroy();
});

test('an installed certificate that nears its end is told; one that has ended is not served', async () => {
	server.certificates.install(own.certPem, own.keyPem);
	assert.equal(server.show.faultList, []);
	const day = 86_400_000;
	await server.certificates.ensure(new Date(Date.now() + 390 * day));
	assert.match(server.show.faultList[0]!.message, /^the installed certificate expires on /);
	assert.ok(server.show.faultList[0]!.remedy);
	server.certificates.revert();
	assert.equal(server.show.faultList, []);
});

test('the page about trust is read over plain HTTP, without script, and names what to compare', async () => {
	const address = Object.values(networkInterfaces())
		.flat()
		.find((found) => found && !found.internal && found.family === 'IPv4')?.address;
	const { port } = new URL(server.httpUrl);
	for (const host of ['127.0.0.1', ...(address ? [address] : [])]) {
		const page = await fetch(`http://${host}:${port}/trust`, { redirect: 'manual' });
		assert.is(page.status, 200, host);
		const text = await page.text();
		assert.ok(text.includes(fingerprintOf(server.certificate.authority.certPem)));
		for (const platform of ['iPhone', 'Android', 'Windows', 'macOS', 'Linux', 'Firefox'])
			assert.ok(text.includes(platform), platform);
		assert.not.match(text, /<script|javascript:| on\w+=/);
		assert.match(page.headers.get('content-security-policy')!, /default-src 'none'; style-src 'sha256-/);
		if (address) assert.ok(text.includes(`http://${address}:${port}/trust`), 'others can reach the address in the code');
		const der = Buffer.from(await (await fetch(`http://${host}:${port}/ca.crt`)).arrayBuffer());
		assert.is(new X509Certificate(der).fingerprint256, fingerprintOf(server.certificate.authority.certPem));
	}
});

test('hostname.local and all addresses of the machine are in the certificate', async () => {
	const real = await startApiServer();
	const leaf = new X509Certificate(real.certificate.server.certPem);
	assert.ok(leaf.checkHost(`${hostname()}.local`));
	for (const address of Object.values(networkInterfaces()).flat()) {
		assert.ok(leaf.checkIP(address!.address.split('%')[0]!), address!.address);
	}
	await real.stop();
});

test.run();
