import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { get, globalAgent } from 'node:https';
import type { Faults } from '../faults/faults.js';
import type { KeyedCertificate, KeyFiles } from '../store/keyFiles.js';
import { backoffMs } from '../util/backoff.js';
import { messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { within } from '../util/within.js';
import { isFor } from './certificate.js';

/** What the certificate is ordered with. */
export interface AcmeOrder {
	/** The public name; a host name. */
	name: string;
	directoryUrl: string;
	email: string | null;
}

const pairName = 'acme';
/** Renewed in the last third of its life, as authorities with short-lived certificates recommend. */
const renewFraction = 1 / 3;
/** Public authorities allow about five failed orders an hour per name. */
const retry = { firstMs: 15 * 60_000, capMs: 12 * 3_600_000 };
/** For a whole order. */
const orderTimeoutMs = 180_000;
const requestTimeoutMs = 20_000;

/** A certificate by ACME (RFC 8555) for the public name: ordered, kept and renewed while the settings ask for it. */
export class AcmeCertificate {
	/** Answers to http-01 challenges by token, RFC 8555 §8.3: what the authority reads over plain HTTP. */
	readonly challenges = new Map<string, string>();
	#pair: KeyedCertificate | undefined;
	#order: AcmeOrder | null = null;
	/** One order at a time: it cannot be aborted, and two would interfere with each other. */
	#running = false;
	#failures = 0;
	#notBefore = 0;
	#lastError: string | null = null;

	constructor(
		private readonly files: KeyFiles,
		private readonly faults: Pick<Faults, 'raise' | 'clear'>,
		private readonly log: Log,
		private readonly onChange: () => void,
	) {
		this.#pair = files.read(pairName);
	}

	/** The certificate for the name that is wanted now. */
	get pair(): KeyedCertificate | undefined {
		if (!this.#order || !this.#pair || !isFor(new X509Certificate(this.#pair.certPem), this.#order.name)) return undefined;
		return this.#pair;
	}

	get lastError(): string | null {
		return this.#lastError;
	}

	/** Null = no certificate wanted. A changed order is tried at once. */
	setOrder(order: AcmeOrder | null): void {
		if (JSON.stringify(order) === JSON.stringify(this.#order)) return;
		this.#order = order;
		this.#failures = 0;
		this.#notBefore = 0;
		this.#settle(null);
		this.onChange();
	}

	/** Call it regularly: orders or renews the certificate when it is due. Never throws. */
	async ensure(now = Date.now()): Promise<void> {
		const order = this.#order;
		if (!order || this.#running || now < this.#notBefore || !this.#due(now)) return;
		try {
			const pair = await bounded(this.#getAlone(order));
			if (order !== this.#order) return;
			this.files.write(pairName, pair);
			this.#pair = pair;
			this.#failures = 0;
			this.#settle(null);
			this.log.info({ name: order.name, directory: order.directoryUrl }, 'obtained a certificate through ACME');
			this.onChange();
		} catch (error) {
			if (order !== this.#order) return;
			this.#notBefore = now + backoffMs(++this.#failures, retry);
			this.#settle(messageOf(error));
		}
	}

	/** Runs to its end even when the caller has given up; then a changed order gets its turn. */
	async #getAlone(order: AcmeOrder): Promise<KeyedCertificate> {
		this.#running = true;
		try {
			return await this.#get(order);
		} finally {
			this.#running = false;
			if (order !== this.#order) void this.ensure();
		}
	}

	#due(now: number): boolean {
		if (!this.pair) return true;
		const { validFrom, validTo } = new X509Certificate(this.pair.certPem);
		const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
		return to - now < (to - from) * renewFraction;
	}

	#settle(error: string | null): void {
		this.#lastError = error;
		if (error === null) this.faults.clear('certificate', 'acme');
		else if (this.#order)
			this.faults.raise({ code: 'certificate', subject: 'acme', params: { of: 'acme', name: this.#order.name, error } });
	}

	async #get({ name, directoryUrl, email }: AcmeOrder): Promise<KeyedCertificate> {
		await reachable(directoryUrl);
		// Loaded on demand: most devices never need it.
		const acme = await import('acme-client');
		acme.axios.defaults.timeout = requestTimeoutMs;
		const client = new acme.Client({ directoryUrl, accountKey: this.#accountKey(), backoffMin: 1000 });
		const keyPem = (await acme.crypto.createPrivateEcdsaKey('P-256')).toString();
		const [, csr] = await acme.crypto.createCsr({ commonName: name, altNames: [name] }, keyPem);
		const certPem = await client.auto({
			csr,
			...(email !== null && { email }),
			// The technician agrees by turning it on; the panel says so.
			termsOfServiceAgreed: true,
			// The public name often cannot be reached from inside (no hairpin NAT).
			skipChallengeVerification: true,
			challengePriority: ['http-01'],
			challengeCreateFn: async (_authorization, challenge, answer) => {
				this.challenges.set(challenge.token, answer);
			},
			challengeRemoveFn: async (_authorization, challenge) => {
				this.challenges.delete(challenge.token);
			},
		});
		return { certPem, keyPem };
	}

	/** One account is kept for good, as authorities ask for. */
	#accountKey(): string {
		const file = 'acme-account.key';
		const known = this.files.readFile(file);
		if (known !== null) return known;
		const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const made = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
		this.files.writeFile(file, made, 0o600);
		return made;
	}
}

/** The library retries for over a minute and then does not report the cause. */
function reachable(url: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = get(url, { agent: globalAgent, timeout: requestTimeoutMs }, (response) => {
			response.resume();
			if (response.statusCode === 200) resolve();
			else reject(new Error(`${url} answers with status ${response.statusCode}`));
		});
		request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)));
		request.on('error', reject);
	});
}

function bounded<T>(work: Promise<T>): Promise<T> {
	return within(work, orderTimeoutMs, () => {
		throw new Error(`the authority did not finish within ${orderTimeoutMs / 1000} s`);
	});
}
