import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import * as assert from 'uvu/assert';
import { makeAuthority, makeServerCertificate } from '../../../service/access/authority.js';
import { checkOwnCertificate } from '../../../service/access/ownCertificate.js';
import { StudioError } from '../../../service/util/errors.js';
import { test } from '../../tools/suite.js';

const dayMs = 86_400_000;
const authority = await makeAuthority(['studio.example.org', '192.0.2.1'], new Date());
const other = await makeAuthority(['studio.example.org', '192.0.2.1'], new Date());
const server = await makeServerCertificate(authority, ['studio.example.org', '192.0.2.1'], new Date());
const ended = await makeServerCertificate(authority, ['studio.example.org'], new Date(Date.now() - 400 * dayMs));
const future = await makeServerCertificate(authority, ['studio.example.org'], new Date(Date.now() + 10 * dayMs));
const chain = `${server.certPem}\n${authority.certPem}`;

test('a chain with its key is taken, in any PEM form, whatever stands around it', () => {
	for (const text of [chain, server.certPem, `Subject: CN=x\r\n${chain.replaceAll('\n', '\r\n')}\r\n`]) {
		assert.match(checkOwnCertificate(text, server.keyPem).certPem, /^-----BEGIN CERTIFICATE-----/);
	}
	const sec1 = createPrivateKey(server.keyPem).export({ type: 'sec1', format: 'pem' }) as string;
	assert.match(checkOwnCertificate(chain, sec1).keyPem, /^-----BEGIN PRIVATE KEY-----/);
});

const encrypted = generateKeyPairSync('ec', {
	namedCurve: 'P-256',
	privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
	publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

const refused: [name: string, chain: string, key: string, message: RegExp][] = [
	['no certificate', 'hello', server.keyPem, /^chainPem: contains no certificate/],
	['a broken certificate', server.certPem.replace('\nMII', '\nQQQ'), server.keyPem, /^chainPem: certificate 1 cannot be read/],
	['no key', chain, 'hello', /^keyPem: not a private key/],
	['a key with a password', chain, encrypted, /^keyPem: the key has a password/],
	['the key of another', chain, other.keyPem, /^keyPem: the key does not belong/],
	['one that has ended', ended.certPem, ended.keyPem, /^chainPem: certificate 1 expired/],
	['one of the future', future.certPem, future.keyPem, /^chainPem: certificate 1 is not valid before/],
	['an authority', authority.certPem, authority.keyPem, /^chainPem: the first certificate is an authority/],
	['the wrong order', `${authority.certPem}\n${server.certPem}`, server.keyPem, /authority/],
	['a stranger as signer', `${server.certPem}\n${other.certPem}`, server.keyPem, /certificate 1 is not signed by certificate 2/],
	['far too many', chain.repeat(5), server.keyPem, /^chainPem: has 10 certificates, at most 8 are allowed/],
];
for (const [name, chainPem, keyPem, message] of refused) {
	test(`${name} is refused, and the field named`, () => {
		try {
			checkOwnCertificate(chainPem, keyPem);
			assert.unreachable('it was taken');
		} catch (error) {
			assert.ok(error instanceof StudioError, String(error));
			assert.is(error.code, 'invalid');
			assert.match(error.message, message);
			assert.not.match(error.message, /PRIVATE KEY/);
		}
	});
}

test.run();
