import 'reflect-metadata';
import { execFileSync, spawnSync } from 'node:child_process';
import { webcrypto, X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import * as x509 from '@peculiar/x509';
import * as assert from 'uvu/assert';
import { makeServerCertificate } from '../../../service/access/authority.js';
import { Certificate } from '../../../service/access/certificate.js';
import { Certificates } from '../../../service/access/certificates.js';
import { Faults } from '../../../service/faults/faults.js';
import { type KeyedCertificate, KeyFiles, keyFolder } from '../../../service/store/keyFiles.js';
import { createLog } from '../../../service/util/log.js';
import { temporaryFolder } from '../../tools/apiServer.js';
import { ShowStub } from '../../tools/showStub.js';
import { test } from '../../tools/suite.js';

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

/** As OpenSSL sees a chain for a name; null, or why not. */
function verified(authority: KeyedCertificate, leaf: KeyedCertificate, name: string): string | null {
	writeFileSync(join(dir, 'ca.pem'), authority.certPem);
	writeFileSync(join(dir, 'leaf.pem'), leaf.certPem);
	const option = isIP(name) ? '-verify_ip' : '-verify_hostname';
	const args = ['verify', '-purpose', 'sslserver', '-CAfile', join(dir, 'ca.pem'), option, name, join(dir, 'leaf.pem')];
	const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
	return status === 0 ? null : stderr;
}

test('the authority is good for names and networks of the studio alone, and for nothing but certificates of servers', async () => {
	const own = [
		'r58',
		'r58.local',
		'localhost',
		'127.0.0.1',
		'::1',
		'192.168.7.9',
		'100.100.1.2',
		'fd12::7',
		'198.51.100.7',
		'2001:db8:5:6::7',
	];
	const { authority, server } = await certificate(own);
	for (const name of own) assert.is(verified(authority, server, name), null, name);
	assert.is(
		verified(authority, await makeServerCertificate(authority, ['2001:db8:5:6::99'], new Date()), '2001:db8:5:6::99'),
		null,
	);
	for (const name of [
		'bank.example',
		'localhost.example',
		'r58.example',
		'8.8.8.8',
		'198.51.100.8',
		'172.32.0.1',
		'2001:db8:5:7::7',
	]) {
		const foreign = await makeServerCertificate(authority, ['localhost', name], new Date());
		assert.match(verified(authority, foreign, name) ?? 'accepted', /permitted subtree violation/, name);
	}
	const { validFrom, validTo } = new X509Certificate(authority.certPem);
	assert.ok(Date.parse(validTo) - Date.parse(validFrom) <= 3653 * dayMs);
	const text = execFileSync('openssl', ['x509', '-noout', '-text', '-in', join(dir, 'ca.pem')], { encoding: 'utf8' });
	assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
	assert.match(text, /Key Usage: critical\s+Certificate Sign\s*\n/);
	assert.match(text, /Extended Key Usage: \s+TLS Web Server Authentication/);
	assert.match(text, /Name Constraints: critical/);
});

test('what the authority may not sign for is left out of the certificate, which stays good for the rest', async () => {
	await certificate(['a.local', '10.0.0.1']);
	const moved = await certificate(['a.local', 'new-name', '10.0.0.1', '203.0.113.9']);
	assert.is(new X509Certificate(moved.server.certPem).subjectAltName, 'DNS:a.local, IP Address:10.0.0.1');
	assert.is(await moved.ensure(), false);
});

test('an authority of an earlier version serves on, is told of, and is replaced when asked for', async () => {
	execFileSync(
		'openssl',
		[
			...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9000', '-subj', '/CN=Old'],
			...['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', join(dir, 'old.key'), '-out', join(dir, 'old.pem')],
		],
		{ stdio: 'ignore' },
	);
	const files = new KeyFiles(join(dir, 'tls'), log);
	files.write('authority', {
		certPem: readFileSync(join(dir, 'old.pem'), 'utf8'),
		keyPem: readFileSync(join(dir, 'old.key'), 'utf8'),
	});
	const faults = new Faults(new ShowStub().state, log);
	const told = () => faults.list().some(({ code, subject }) => code === 'certificate' && subject === 'authority');
	const device = await certificate(['a.local']);
	const certificates = new Certificates(device, faults, log);
	await certificates.ensure();
	assert.equal([told(), certificates.info.authority.unbounded, certificates.info.authority.name], [true, true, 'Old']);
	assert.is(verified(device.authority, device.server, 'a.local'), null);
	await certificates.renewAuthority();
	assert.equal([told(), certificates.info.authority.unbounded], [false, false]);
	assert.is(verified(device.authority, device.server, 'a.local'), null);
	assert.is((await certificate(['a.local'])).unbounded, false, 'after the next start too');
	await certificates.ensure(new Date(Date.now() + 3640 * dayMs));
	assert.is(told(), true, 'near its end too');
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
