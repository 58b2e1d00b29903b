// The library needs the polyfill before it is loaded.
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import * as x509 from '@peculiar/x509';
import type { KeyedCertificate } from '../store/keyFiles.js';
import { decodeConstraints, encodeConstraints, nameConstraintsId, type Permitted, permittedFor } from './nameConstraints.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** Apple's limit for certificates of private authorities is 825 days; browsers prefer less than 398. */
const serverDays = 397;
const authorityDays = 3650;
/** Starts a year in the past: without a battery the clock may be fast at the first start. Not before the product: it may be slow too. */
const backdatedDays = 365;
const earliest = Date.parse('2026-01-01T00:00:00Z');

function exportKey(bytes: ArrayBuffer): string {
	return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
	const bytes = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
	return webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
}

/** 127 random bits: positive and unique. */
function serialNumber(): string {
	const bytes = randomBytes(16);
	bytes[0] = (bytes[0]! & 0x7f) | 0x40;
	return bytes.toString('hex');
}

/**
 * The device's own authority. It signs server certificates only, and only for this machine and for names and addresses that
 * are not public: a stolen key cannot impersonate a bank to the phones that trust it.
 */
export async function makeAuthority(machineNames: readonly string[], now: Date): Promise<KeyedCertificate> {
	const from = Math.max(earliest, now.getTime() - backdatedDays * dayMs);
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		// The random part tells two devices with the same name apart in a browser's list.
		name: [{ CN: [`R58 Studio ${hostname()} ${randomBytes(3).toString('hex')}`] }, { O: ['R58 Studio'] }],
		notBefore: new Date(from),
		notAfter: new Date(from + authorityDays * dayMs),
		signingAlgorithm: algorithm,
		keys,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.Extension(nameConstraintsId, true, encodeConstraints(permittedFor(machineNames))),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	return { certPem: certificate.toString('pem'), keyPem: exportKey(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}

/** What an authority may sign for; null for one made by an earlier version, which may sign for any name. */
export function permittedBy({ certPem }: KeyedCertificate): Permitted | null {
	const extension = new x509.X509Certificate(certPem).getExtension(nameConstraintsId);
	return extension?.critical ? decodeConstraints(new Uint8Array(extension.value)) : null;
}

/** A server certificate for these names and addresses, valid from a day before `now`. */
export async function makeServerCertificate(authority: KeyedCertificate, names: string[], now: Date): Promise<KeyedCertificate> {
	const issuer = new x509.X509Certificate(authority.certPem);
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject: [{ CN: [names[0]!] }],
		issuer: issuer.subjectName,
		notBefore: new Date(now.getTime() - dayMs),
		notAfter: new Date(now.getTime() + serverDays * dayMs),
		signingAlgorithm: algorithm,
		publicKey: keys.publicKey,
		signingKey: await importKey(authority.keyPem),
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
			await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
		],
	});
	return { certPem: certificate.toString('pem'), keyPem: exportKey(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}
