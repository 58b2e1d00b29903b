import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import * as x509 from '@peculiar/x509';
import * as assert from 'uvu/assert';
import { Certificate } from '../../service/system/certificate.js';
import { type KeyedCertificate, keyFolder } from '../../service/system/keyFiles.js';
import { createLog } from '../../service/system/log.js';
import { temporaryFolder } from '../tools/apiServer.js';
import { test } from '../tools/suite.js';

let dir: string;
test.before.each(() => {
	dir = temporaryFolder();
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const dayMs = 86_400_000;
const log = createLog('silent');

async function certificate(names?: string[], now?: Date): Promise<Certificate> {
	const made = new Certificate({ dataDir: dir, log, ...(names && { names: () => names }) });
	await made.ensure(now);
	return made;
}

/** Connects as a client that trusts `authority` only; null, or why not. */
async function handshake(served: Certificate, authority: string, servername: string): Promise<string | null> {
	const server = createServer({ cert: served.server.certPem, key: served.server.keyPem }, (socket) => socket.end());
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		return await new Promise((resolve) => {
			const { port } = server.address() as AddressInfo;
			const socket = connect({ port, host: '127.0.0.1', servername, ca: authority }, () => resolve(null));
			socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
		});
	} finally {
		server.close();
	}
}

test('the chain is valid for every name of the machine, and for no other', async () => {
	const made = await certificate();
	const { certPem } = made.authority;
	for (const name of ['localhost', hostname(), `${hostname()}.local`])
		assert.is(await handshake(made, certPem, name), null, name);
	assert.is(await handshake(made, certPem, 'elsewhere.example'), 'ERR_TLS_CERT_ALTNAME_INVALID');
	const leaf = new X509Certificate(made.server.certPem);
	assert.ok(leaf.checkIP('127.0.0.1') && leaf.checkIP('::1'));
	assert.not.ok(leaf.ca);
	assert.ok(new X509Certificate(certPem).ca);
	assert.is(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

test('keys are readable by their owner only', async () => {
	await certificate();
	for (const name of ['authority.key', 'server.key']) assert.is(statSync(join(dir, 'tls', name)).mode & 0o777, 0o600);
	assert.is(statSync(join(dir, 'tls')).mode & 0o777, 0o700);
});

test('both are kept as long as they are good', async () => {
	const first = await certificate(['a.local', '10.0.0.1']);
	const second = await certificate(['10.0.0.1']);
	assert.equal([second.authority, second.server].map(pem), [first.authority, first.server].map(pem));
	assert.is(await second.ensure(), false);
});

test('a new address, or an end within 30 days, brings a new certificate of the same authority', async () => {
	const first = await certificate(['a.local']);
	const moved = await certificate(['a.local', '10.0.0.7']);
	assert.not.equal(pem(moved.server), pem(first.server));
	assert.ok(new X509Certificate(moved.server.certPem).checkIP('10.0.0.7'));
	assert.is(await handshake(moved, first.authority.certPem, 'a.local'), null);

	assert.is(await moved.ensure(new Date(Date.now() + 360 * dayMs)), false);
	assert.is(await moved.ensure(new Date(Date.now() + 370 * dayMs)), true);
	assert.is(pem(moved.authority), pem(first.authority));
});

test('a certificate of the future, made by a wrong clock, is replaced', async () => {
	const made = await certificate(['a.local'], new Date(Date.now() + 100 * dayMs));
	assert.is(await made.ensure(), true);
	assert.is(await handshake(made, made.authority.certPem, 'a.local'), null);
});

test('damaged and mixed-up files are made anew', async () => {
	const first = await certificate(['a.local']);
	writeFileSync(join(dir, 'tls', 'server.pem'), 'garbage');
	const second = await certificate(['a.local']);
	assert.is(pem(second.authority), pem(first.authority));
	assert.is(await handshake(second, first.authority.certPem, 'a.local'), null);
	writeFileSync(join(dir, 'tls', 'authority.key'), readFileSync(join(dir, 'tls', 'server.key')));
	const third = await certificate(['a.local']);
	assert.not.equal(pem(third.authority), pem(first.authority));
	assert.is(await handshake(third, third.authority.certPem, 'a.local'), null);
});

test('an authority that cannot sign, from a backup for one, is made anew: the panel comes up', async () => {
	await certificate(['a.local']);
	const own = await makeRsaPair();
	writeFileSync(join(dir, 'tls', 'authority.pem'), own.certPem);
	writeFileSync(join(dir, 'tls', 'authority.key'), own.keyPem);
	const again = await certificate(['a.local']);
	assert.is(await handshake(again, again.authority.certPem, 'a.local'), null);
});

/** A pair that belongs together, and is none of ours. */
async function makeRsaPair(): Promise<KeyedCertificate> {
	const algorithm = {
		name: 'RSASSA-PKCS1-v1_5',
		modulusLength: 2048,
		publicExponent: new Uint8Array([1, 0, 1]),
		hash: 'SHA-256',
	};
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const made = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=other', signingAlgorithm: algorithm, keys });
	const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
	return { certPem: made.toString('pem'), keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

test('keys never lie in the folder of the program', () => {
	assert.is(keyFolder('/var/lib/r58', '/opt/r58'), '/var/lib/r58/tls');
	assert.is(keyFolder('/opt/r58-data', '/opt/r58'), '/opt/r58-data/tls');
	for (const inside of ['/opt/r58/data', '/opt/r58']) {
		const folder = keyFolder(inside, '/opt/r58/');
		assert.match(folder, /\/r58-studio\/tls-[0-9a-f]{12}$/);
		assert.not.ok(folder.startsWith('/opt/r58'));
	}
	assert.not.equal(keyFolder('/opt/r58/a', '/opt/r58'), keyFolder('/opt/r58/b', '/opt/r58'));
});

test('a key that others may read is closed to them again', async () => {
	await certificate(['a.local']);
	chmodSync(join(dir, 'tls', 'authority.key'), 0o644);
	await certificate(['a.local']);
	assert.is(statSync(join(dir, 'tls', 'authority.key')).mode & 0o777, 0o600);
});

function pem({ certPem }: { certPem: string }): string {
	return certPem.trim();
}

test.run();
