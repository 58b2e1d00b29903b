import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { CertificateInfo, Certificates as CertificatesInfo } from '../contract/certificates.js';
import type { Faults } from '../faults/faults.js';
import type { KeyedCertificate } from '../store/keyFiles.js';
import type { Log } from '../util/log.js';
import { AcmeCertificate, type AcmeOrder } from './acme.js';
import { type Certificate, isFor } from './certificate.js';
import { checkOwnCertificate } from './ownCertificate.js';

const ownName = 'own';
const warnBeforeMs = 21 * 86_400_000;

interface Served {
	kind: CertificateInfo['kind'];
	leaf: X509Certificate;
	options: SecureContextOptions;
	context: SecureContext;
}

/**
 * All certificates of the HTTPS server: the technician's, one by ACME for the public name, and the device's own, which covers
 * every name of the machine. Each connection gets the first one that covers the requested name.
 */
export class Certificates {
	readonly acme: AcmeCertificate;
	#own: KeyedCertificate | undefined;
	#served: Served[] = [];
	#publicName: string | null = null;
	#listeners = new Set<() => void>();

	constructor(
		/** Call `ensure()` first. */
		readonly device: Certificate,
		private readonly faults: Pick<Faults, 'raise' | 'clear'>,
		log: Log,
	) {
		this.acme = new AcmeCertificate(device.files, faults, log, () => this.#apply());
		this.#own = device.files.read(ownName);
		this.#apply();
	}

	/** For clients that name no host, such as those that use an address. */
	get fallback(): SecureContextOptions {
		const own = this.#served.find(({ kind }) => kind === 'own');
		const coversAddress = own && this.device.names.some((name) => isIP(name) && isOutside(name) && isFor(own.leaf, name));
		return (coversAddress ? own : this.#served.at(-1)!).options;
	}

	/** For the name in the client hello (SNI). */
	contextFor(name: string): SecureContext {
		return (this.#served.find(({ leaf }) => isFor(leaf, name)) ?? this.#served.at(-1)!).context;
	}

	/** Called whenever `fallback` may have changed. */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Sets the public name, and whether to get a certificate for it by ACME. */
	setPublic(name: string | null, order: AcmeOrder | null): void {
		this.#publicName = name;
		this.acme.setOrder(order);
	}

	/** Renews what is due, and checks whether the technician's certificate is about to expire. */
	async ensure(now = new Date()): Promise<void> {
		if (await this.device.ensure(now)) this.#apply();
		this.#watchOwn(now);
		this.#watchAuthority(now);
		await this.acme.ensure(now.getTime());
	}

	/** Replaces the authority; devices have to be told to trust the new one. */
	async renewAuthority(): Promise<void> {
		await this.device.renewAuthority();
		this.#watchAuthority(new Date());
		this.#apply();
	}

	/** Throws StudioError `invalid` with what is wrong. */
	install(chainPem: string, keyPem: string): void {
		const pair = checkOwnCertificate(chainPem, keyPem);
		this.device.files.write(ownName, pair);
		this.#own = pair;
		this.#apply();
		this.#watchOwn(new Date());
	}

	/** Back to the device's own certificates. */
	revert(): void {
		this.device.files.remove(ownName);
		this.#own = undefined;
		this.#apply();
		this.#watchOwn(new Date());
	}

	get info(): CertificatesInfo {
		const authority = new X509Certificate(this.device.authority.certPem);
		return {
			authority: {
				name: commonName(authority.subject),
				fingerprint: authority.fingerprint256,
				validTo: iso(authority.validTo),
				unbounded: this.device.unbounded,
			},
			served: this.#served.map(({ kind, leaf }) => ({
				kind,
				names: namesOf(leaf),
				lacks: this.#wanted().filter((name) => !isFor(leaf, name)),
				issuer: commonName(leaf.issuer),
				validFrom: iso(leaf.validFrom),
				validTo: iso(leaf.validTo),
				fingerprint: leaf.fingerprint256,
			})),
			acmeError: this.acme.lastError,
		};
	}

	/** Names a visitor may use for the studio; loopback needs no certificate. */
	#wanted(): string[] {
		const names = this.device.names.filter(isOutside);
		return this.#publicName === null ? names : [...new Set([...names, this.#publicName])];
	}

	#apply(): void {
		const served = (kind: Served['kind'], pair: KeyedCertificate | undefined): Served[] => {
			if (!pair) return [];
			const options = { cert: pair.certPem, key: pair.keyPem, minVersion: 'TLSv1.2' as const };
			return [{ kind, leaf: new X509Certificate(pair.certPem), options, context: createSecureContext(options) }];
		};
		this.#served = [
			...served('own', this.#own && leftMs(this.#own, new Date()) > 0 ? this.#own : undefined),
			...served('acme', this.acme.pair),
			...served('device', this.device.server),
		];
		for (const listener of this.#listeners) listener();
	}

	#watchAuthority(now: Date): void {
		const { validFrom, validTo } = new X509Certificate(this.device.authority.certPem);
		const raise = (problem: 'unbounded' | 'early' | 'ends' | 'ended', date: string) =>
			this.faults.raise({ code: 'certificate', subject: 'authority', params: { of: 'authority', problem, date } });
		const left = leftMs(this.device.authority, now);
		if (this.device.unbounded) raise('unbounded', validFrom);
		else if (Date.parse(validFrom) > now.getTime()) raise('early', validFrom);
		else if (left <= warnBeforeMs) raise(left > 0 ? 'ends' : 'ended', validTo);
		else this.faults.clear('certificate', 'authority');
	}

	/** An expired certificate is no longer served: the device's own still works for whoever trusts its authority. */
	#watchOwn(now: Date): void {
		const left = this.#own ? leftMs(this.#own, now) : Number.POSITIVE_INFINITY;
		if (left > warnBeforeMs) {
			this.faults.clear('certificate', 'own');
			return;
		}
		const { validTo } = new X509Certificate(this.#own!.certPem);
		this.faults.raise({
			code: 'certificate',
			subject: 'own',
			params: { of: 'own', problem: left > 0 ? 'ends' : 'ended', date: validTo },
		});
		if (left <= 0 && this.#served.some(({ kind }) => kind === 'own')) this.#apply();
	}
}

function leftMs({ certPem }: KeyedCertificate, now: Date): number {
	return Date.parse(new X509Certificate(certPem).validTo) - now.getTime();
}

function isOutside(name: string): boolean {
	return name !== 'localhost' && name !== '::1' && !name.startsWith('127.') && !name.toLowerCase().startsWith('fe80:');
}

function commonName(distinguishedName: string): string {
	return /(?:^|\n)CN=([^\n]*)/.exec(distinguishedName)?.[1] ?? distinguishedName.replaceAll('\n', ', ');
}

/** `DNS:a.example, IP Address:192.0.2.1` → the names only. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
	return (subjectAltName ?? '')
		.split(', ')
		.map((entry) => entry.replace(/^(DNS|IP Address):/, ''))
		.filter((name) => name !== '')
		.map((name) => (isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name));
}

function iso(date: string): string {
	return new Date(date).toISOString();
}
