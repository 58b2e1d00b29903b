import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type KeyedCertificate, KeyFiles } from '../store/keyFiles.js';
import type { Log } from '../util/log.js';
import { SerialQueue } from '../util/serialQueue.js';
import { makeAuthority, makeServerCertificate, permittedBy } from './authority.js';
import { permits } from './nameConstraints.js';

export type { KeyedCertificate } from '../store/keyFiles.js';

const dayMs = 86_400_000;
const renewBeforeDays = 30;

/** Every name a browser may use for this machine. */
export function machineNames(): string[] {
	const host = hostname();
	const names = new Set([host, `${host}.local`, 'localhost', '127.0.0.1', '::1']);
	for (const addresses of Object.values(networkInterfaces())) {
		for (const { address } of addresses ?? []) names.add(address.split('%')[0]!);
	}
	return [...names];
}

/** Whether a certificate covers a host name or an address. */
export function isFor(certificate: X509Certificate, name: string): boolean {
	return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

/**
 * The device's own HTTPS certificate and the authority that signed it, in DATA/tls. The authority is made once and kept, so
 * that a browser that trusts it keeps trusting it.
 */
export class Certificate {
	readonly files: KeyFiles;
	#log: Log;
	#names: () => string[];
	#authority: KeyedCertificate | undefined;
	#server: KeyedCertificate | undefined;
	/** One at a time: otherwise one run could sign with the authority that another has just replaced. */
	#queue = new SerialQueue();

	/** `dir` holds the keys; default DATA/tls. */
	constructor(options: { dataDir: string; dir?: string; log: Log; names?: () => string[] }) {
		this.files = new KeyFiles(options.dir ?? join(options.dataDir, 'tls'), options.log);
		this.#log = options.log;
		this.#names = options.names ?? machineNames;
	}

	/** The authority was made by an earlier version, and may sign for any name. */
	get unbounded(): boolean {
		return permittedBy(this.authority) === null;
	}

	/** Replaces the authority and the server certificate at once; every device must be told to trust it again. */
	async renewAuthority(now = new Date()): Promise<void> {
		await this.#queue.run(async () => {
			await this.#newAuthority(now);
			await this.#ensure(now);
		});
	}

	/** The current names of the machine. */
	get names(): string[] {
		return this.#names();
	}

	get authority(): KeyedCertificate {
		return this.#authority!;
	}

	get server(): KeyedCertificate {
		return this.#server!;
	}

	/**
	 * Reads or makes both certificates; renews the server's when it expires within 30 days or lacks a name of the machine.
	 * True when the server's certificate changed. Call it regularly: addresses change.
	 */
	ensure(now = new Date()): Promise<boolean> {
		return this.#queue.run(() => this.#ensure(now));
	}

	async #ensure(now: Date): Promise<boolean> {
		this.files.ensureFolder();
		this.#authority ??= this.files.read('authority');
		if (!this.#authority) await this.#newAuthority(now);
		const before = this.#server;
		this.#server ??= this.files.read('server');
		const reason = this.#renewalReason(now);
		if (reason) {
			this.#server = await this.#sign(now);
			this.files.write('server', this.#server);
			this.#log.info({ reason }, 'created a new server certificate');
		}
		return this.#server !== before;
	}

	/** A pair that is not our authority, such as one from a backup, cannot sign: a new one is better than no panel. */
	async #sign(now: Date): Promise<KeyedCertificate> {
		try {
			return await makeServerCertificate(this.authority, this.#signable(), now);
		} catch (error) {
			this.#log.error({ err: error }, 'the certificate authority cannot sign');
			await this.#newAuthority(now);
			return makeServerCertificate(this.authority, this.#signable(), now);
		}
	}

	async #newAuthority(now: Date): Promise<void> {
		this.#authority = await makeAuthority(this.#names(), now);
		this.files.write('authority', this.#authority);
		this.#log.info('created a new certificate authority');
	}

	/** A single name that the authority may not sign for would invalidate the whole certificate. */
	#signable(): string[] {
		const permitted = permittedBy(this.authority);
		return permitted === null ? this.#names() : this.#names().filter((name) => permits(permitted, name));
	}

	/** Why the server needs a new certificate, or null. */
	#renewalReason(now: Date): string | null {
		if (!this.#server) return 'missing';
		const certificate = new X509Certificate(this.#server.certPem);
		if (!certificate.verify(new X509Certificate(this.authority.certPem).publicKey)) return 'signed by another authority';
		if (Date.parse(certificate.validTo) - now.getTime() < renewBeforeDays * dayMs) return `valid until ${certificate.validTo}`;
		if (Date.parse(certificate.validFrom) > now.getTime()) return `not valid before ${certificate.validFrom}`;
		const missing = this.#signable().find((name) => !isFor(certificate, name));
		return missing ? `lacks the name ${missing}` : null;
	}
}
