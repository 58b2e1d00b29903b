import type { X509Certificate } from 'node:crypto';
import { createServer, globalAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import * as assert from 'uvu/assert';
import { Certificates } from '../../service/access/certificates.js';
import type { Certificates as Info } from '../../service/contract/certificates.js';
import { createLog } from '../../service/util/log.js';
import { type ApiServer, startApiServer } from '../tools/apiServer.js';
import { type Pebble, startPebble } from '../tools/net/pebble.js';
import { test } from '../tools/suite.js';
import { until } from '../tools/wait.js';

const name = 'studio.test';
let server: ApiServer;
let pebble: Pebble;
test.before(async () => {
	server = await startApiServer();
	pebble = await startPebble({ httpPort: Number(new URL(server.httpUrl).port) });
	// The authority's own HTTPS; with a public one the system's list of authorities does it.
	globalAgent.options.ca = pebble.ca;
});
test.after(async () => {
	pebble.stop();
	await server.stop();
});

const acme = (directoryUrl: string) =>
	server.settings.patch({ access: { publicUrl: `https://${name}`, acme: { directoryUrl, email: 'crew@studio.test' } } });

/** What a browser sees that trusts the public authority alone. */
function handshake(servername: string, ca: string): Promise<{ authorized: boolean; certificate: X509Certificate }> {
	return new Promise((resolve, reject) => {
		const port = Number(new URL(server.httpsUrl).port);
		const socket = connect({ port, host: '127.0.0.1', ca, servername, rejectUnauthorized: false }, () => {
			resolve({ authorized: socket.authorized, certificate: socket.getPeerX509Certificate()! });
			socket.destroy();
		});
		socket.on('error', reject);
	});
}

test('an authority that cannot be reached is a fault with what to do; the device’s own certificate serves meanwhile', async () => {
	acme('https://localhost:1/dir');
	await until(() => server.show.faultList[0], { what: 'a fault' });
	const { code, subject, message, remedy } = server.show.faultList[0]!;
	assert.equal([code, subject], ['certificate', 'acme']);
	assert.match(message, /^no certificate for studio\.test: /);
	assert.match(remedy!, /port 80/);
	assert.is((await handshake('localhost', server.certificate.authority.certPem)).authorized, true);
});

test('settings that change while a certificate is got wait for its end: an authority is never asked twice at once', async () => {
	const { certPem: cert, keyPem: key } = server.certificate.server;
	const asked: string[] = [];
	const held: (() => void)[] = [];
	// A directory that takes its time and then fails.
	const slow = createServer({ cert, key }, ({ url }, response) => {
		asked.push(url!);
		held.push(() => response.writeHead(503).end());
	});
	await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
	const at = (path: string) => `https://localhost:${(slow.address() as AddressInfo).port}${path}`;
	globalAgent.options.ca = server.certificate.authority.certPem;
	try {
		acme(at('/first'));
		await until(() => asked.length === 1, { what: 'the first authority to be asked' });
		acme(at('/second'));
		await server.certificates.acme.ensure();
		acme(at('/third'));
		await server.certificates.acme.ensure();
		assert.equal(asked, ['/first']);
		held[0]!();
		await until(() => asked.length === 2, { what: 'the next one to be asked' });
		assert.equal(asked, ['/first', '/third']);
		held[1]!();
		await until(() => server.show.faultList[0]?.message.includes('503'), { what: 'the fault' });
	} finally {
		globalAgent.options.ca = pebble.ca;
		slow.close();
		slow.closeAllConnections();
	}
});

test('a certificate for the public name comes by http-01 while the service runs, and is served for that name alone', async () => {
	acme(pebble.directoryUrl);
	const served = async () => {
		const info = (await (await server.ask('GET', '/api/certificate', { token: server.tokens.operator })).json()) as Info;
		return info.served.find(({ kind }) => kind === 'acme');
	};
	const found = await until(served, { what: 'the certificate' }).catch((error: Error) => {
		throw new Error(`${error.message}: ${JSON.stringify(server.show.faultList)}`);
	});
	assert.equal(found.names, [name]);
	assert.equal(server.show.faultList, []);
	const root = await pebble.root();
	const outside = await handshake(name, root);
	assert.ok(outside.authorized);
	assert.ok(outside.certificate.checkHost(name));
	assert.not.ok((await handshake('localhost', root)).authorized);
	assert.is((await handshake('localhost', server.certificate.authority.certPem)).authorized, true);
	assert.is(server.certificates.acme.challenges.size, 0);
});

test('it is kept over a restart, renewed in the last third of its life, and not asked for before', async () => {
	const serial = async () => (await handshake(name, await pebble.root())).certificate.serialNumber;
	const first = await serial();
	const certificate = (await handshake(name, await pebble.root())).certificate;
	const lifeMs = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
	const at = (part: number) => Date.parse(certificate.validFrom) + part * lifeMs;
	await server.certificates.acme.ensure(at(0.6));
	assert.is(await serial(), first);
	await server.certificates.acme.ensure(at(0.7));
	assert.not.equal(await serial(), first);

	const reread = new Certificates(server.certificate, { raise: () => {}, clear: () => {} }, createLog('silent'));
	reread.setPublic(name, { name, directoryUrl: pebble.directoryUrl, email: null });
	assert.equal(
		reread.info.served.map(({ kind }) => kind),
		['acme', 'device'],
	);
});

test('switched off, it is served no more', async () => {
	server.settings.patch({ access: { acme: null } });
	assert.not.ok((await handshake(name, await pebble.root())).authorized);
});

test.run();
