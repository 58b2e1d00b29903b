import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { KeyedCertificate } from '../store/keyFiles.js';
import { messageOf, StudioError } from '../util/errors.js';

const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
/** Real chains have 2 to 4. */
const maxChain = 8;
const minRsaBits = 2048;
/** Curves that browsers accept in server certificates. */
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
/** id-kp-serverAuth, RFC 5280 §4.2.1.12. */
const serverAuth = '1.3.6.1.5.5.7.3.1';

function refuse(field: 'chainPem' | 'keyPem', message: string): never {
	throw new StudioError('invalid', `${field}: ${message}`, [{ field, message }]);
}

function readKey(keyPem: string): KeyObject {
	if (/ENCRYPTED/.test(keyPem)) refuse('keyPem', 'the key has a password; remove it first (openssl pkey -in KEY -out PLAIN)');
	try {
		return createPrivateKey(keyPem);
	} catch (error) {
		return refuse('keyPem', `not a private key in PEM format (${messageOf(error)})`);
	}
}

function readChain(chainPem: string): X509Certificate[] {
	const blocks = chainPem.match(pemBlock) ?? [];
	if (blocks.length === 0) refuse('chainPem', 'contains no certificate in PEM format');
	if (blocks.length > maxChain) refuse('chainPem', `has ${blocks.length} certificates, at most ${maxChain} are allowed`);
	return blocks.map((block, index) => {
		try {
			return new X509Certificate(block);
		} catch (error) {
			return refuse('chainPem', `certificate ${index + 1} cannot be read (${messageOf(error)})`);
		}
	});
}

function checkKind(leaf: X509Certificate): void {
	const { asymmetricKeyType: type, asymmetricKeyDetails: details } = leaf.publicKey;
	if (type === 'rsa' && (details?.modulusLength ?? 0) < minRsaBits) {
		refuse('chainPem', `browsers reject RSA keys below ${minRsaBits} bits; this one has ${details?.modulusLength}`);
	}
	const usable = type === 'rsa' || (type === 'ec' && curves.includes(details?.namedCurve ?? ''));
	if (!usable) refuse('chainPem', `browsers accept RSA or ECDSA (P-256, P-384, P-521), not ${details?.namedCurve ?? type}`);
	if (leaf.ca) refuse('chainPem', 'the first certificate is an authority; put the server’s certificate first');
	if (leaf.keyUsage && !leaf.keyUsage.includes(serverAuth)) refuse('chainPem', 'the certificate is not for servers');
	if (!leaf.subjectAltName) refuse('chainPem', 'the certificate has no names (subjectAltName), so no browser accepts it');
}

function checkTime({ validFrom, validTo }: X509Certificate, index: number, now: Date): void {
	if (Date.parse(validTo) <= now.getTime()) refuse('chainPem', `certificate ${index + 1} expired on ${validTo}`);
	if (Date.parse(validFrom) > now.getTime()) refuse('chainPem', `certificate ${index + 1} is not valid before ${validFrom}`);
}

/**
 * Checks a technician's own certificate: the key matches, each certificate is signed by the next one, none has expired. Throws
 * StudioError `invalid` that names the field and its error.
 */
export function checkOwnCertificate(chainPem: string, keyPem: string, now = new Date()): KeyedCertificate {
	const chain = readChain(chainPem);
	const key = readKey(keyPem);
	const leaf = chain[0]!;
	checkKind(leaf);
	if (!leaf.checkPrivateKey(key)) refuse('keyPem', 'the key does not belong to the first certificate');
	for (const [index, certificate] of chain.entries()) {
		checkTime(certificate, index, now);
		const issuer = chain[index + 1];
		if (issuer && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) {
			refuse('chainPem', `certificate ${index + 1} is not signed by certificate ${index + 2}; put each one before its issuer`);
		}
	}
	const pair = {
		certPem: chain.map((certificate) => certificate.toString().trim()).join('\n'),
		keyPem: key.export({ type: 'pkcs8', format: 'pem' }) as string,
	};
	try {
		createSecureContext({ cert: pair.certPem, key: pair.keyPem });
	} catch (error) {
		refuse('chainPem', `the TLS library rejects it (${messageOf(error)})`);
	}
	return pair;
}
