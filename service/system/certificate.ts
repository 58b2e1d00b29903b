// The library needs the polyfill before it is loaded.
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Log } from './log.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** Apple's limit for certificates of private authorities is 825 days; browsers like them below 398. */
const serverDays = 397;
const renewBeforeDays = 30;
/** Fixed, because the clock of a board without battery is wrong at first start, and the authority must outlive that. */
const authorityFrom = new Date('2020-01-01T00:00:00Z');
const authorityTo = new Date('2050-01-01T00:00:00Z');

export interface KeyedCertificate {
	certPem: string;
	keyPem: string;
}

function exportKey(bytes: ArrayBuffer): string {
	return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
	const bytes = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
	return webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
}

/** 127 random bits: positive, and never the same twice. */
function serialNumber(): string {
	const bytes = randomBytes(16);
	bytes[0] = (bytes[0]! & 0x7f) | 0x40;
	return bytes.toString('hex');
}

async function makeAuthority(): Promise<KeyedCertificate> {
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: serialNumber(),
		// The random part tells two boxes of one name apart in the list of a browser.
		name: [{ CN: [`R58 Studio ${hostname()} ${randomBytes(3).toString('hex')}`] }, { O: ['R58 Studio'] }],
		notBefore: authorityFrom,
		notAfter: authorityTo,
		signingAlgorithm: algorithm,
		keys,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	return { certPem: certificate.toString('pem'), keyPem: exportKey(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) };
}

async function makeServerCertificate(authority: KeyedCertificate, names: string[], now: Date): Promise<KeyedCertificate> {
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

/** Every name by which a browser may call this machine. */
export function machineNames(): string[] {
	const host = hostname();
	const names = new Set([host, `${host}.local`, 'localhost', '127.0.0.1', '::1']);
	for (const addresses of Object.values(networkInterfaces())) {
		for (const { address } of addresses ?? []) names.add(address.split('%')[0]!);
	}
	return [...names];
}

/**
 * The certificate of the HTTPS server and the authority that signed it, in DATA/tls. The authority is made once and kept,
 * so that a browser that trusts it goes on trusting it.
 */
export class Certificate {
	#dir: string;
	#log: Log;
	#names: () => string[];
	#authority: KeyedCertificate | undefined;
	#server: KeyedCertificate | undefined;

	constructor(options: { dataDir: string; log: Log; names?: () => string[] }) {
		this.#dir = join(options.dataDir, 'tls');
		this.#log = options.log;
		this.#names = options.names ?? machineNames;
	}

	get authority(): KeyedCertificate {
		return this.#authority!;
	}

	get server(): KeyedCertificate {
		return this.#server!;
	}

	/**
	 * Reads or makes both certificates; renews the server's when it ends within 30 days or lacks a name of the machine.
	 * True when the server's certificate is another than before. Also to be called now and then: addresses change.
	 */
	async ensure(now = new Date()): Promise<boolean> {
		mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
		chmodSync(this.#dir, 0o700);
		this.#authority ??= this.#read('authority');
		if (!this.#authority) {
			this.#authority = await makeAuthority();
			this.#write('authority', this.#authority);
			this.#log.info('made a new certificate authority');
		}
		const before = this.#server;
		this.#server ??= this.#read('server');
		const problem = this.#problem(now);
		if (problem) {
			this.#server = await makeServerCertificate(this.#authority, this.#names(), now);
			this.#write('server', this.#server);
			this.#log.info({ reason: problem }, 'made a new server certificate');
		}
		return this.#server !== before;
	}

	#problem(now: Date): string | null {
		if (!this.#server) return 'there is none';
		const certificate = new X509Certificate(this.#server.certPem);
		if (!certificate.verify(new X509Certificate(this.authority.certPem).publicKey)) return 'signed by another authority';
		if (Date.parse(certificate.validTo) - now.getTime() < renewBeforeDays * dayMs) return `valid to ${certificate.validTo}`;
		if (Date.parse(certificate.validFrom) > now.getTime()) return `valid from ${certificate.validFrom}`;
		const missing = this.#names().find((name) => !(isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)));
		return missing ? `lacks the name ${missing}` : null;
	}

	/** Undefined when the pair is not there, is damaged, or does not fit together. */
	#read(name: string): KeyedCertificate | undefined {
		try {
			const pair = {
				certPem: readFileSync(join(this.#dir, `${name}.pem`), 'utf8'),
				keyPem: readFileSync(join(this.#dir, `${name}.key`), 'utf8'),
			};
			if (new X509Certificate(pair.certPem).checkPrivateKey(createPrivateKey(pair.keyPem))) return pair;
			this.#log.warn({ name }, 'certificate and key do not belong together: making new ones');
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.warn({ name, err: error }, 'certificate cannot be read');
		}
		return undefined;
	}

	#write(name: string, pair: KeyedCertificate): void {
		for (const [extension, text, mode] of [
			['key', pair.keyPem, 0o600],
			['pem', pair.certPem, 0o644],
		] as const) {
			const path = join(this.#dir, `${name}.${extension}`);
			writeFileSync(`${path}.new`, `${text}\n`, { mode, flush: true } as { mode: number });
			chmodSync(`${path}.new`, mode);
			renameSync(`${path}.new`, path);
		}
	}
}
