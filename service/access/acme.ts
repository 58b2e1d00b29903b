import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { get, globalAgent } from 'node:https';
import type { Faults } from '../faults/faults.js';
import type { KeyedCertificate, KeyFiles } from '../store/keyFiles.js';
import { backoffMs } from '../util/backoff.js';
import { messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { within } from '../util/within.js';
import { isFor } from './certificate.js';

/** What a certificate of a public authority is asked for with. */
export interface AcmeOrder {
	/** The public name; a host name. */
	name: string;
	directoryUrl: string;
	email: string | null;
}

const pairName = 'acme';
/** Renewed in the last third of its life, as authorities with short-lived certificates ask for. */
const renewFraction = 1 / 3;
/** Public authorities allow about five failures an hour for a name. */
const retry = { firstMs: 15 * 60_000, capMs: 12 * 3_600_000 };
/** One order, with all its waiting. */
const orderTimeoutMs = 180_000;
const requestTimeoutMs = 20_000;

/** A certificate by ACME (RFC 8555) for the public name: got, kept and renewed while it is asked for. */
export class AcmeCertificate {
	/** Answers to http-01 challenges by token, RFC 8555 §8.3: what the authority reads over plain HTTP. */
	readonly challenges = new Map<string, string>();
	#pair: KeyedCertificate | undefined;
	#order: AcmeOrder | null = null;
	/** One order at a time: it cannot be broken off, and the authority would be asked by two in each other's way. */
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

	/** What it got for the name that is asked for now. */
	get pair(): KeyedCertificate | undefined {
		if (!this.#order || !this.#pair || !isFor(new X509Certificate(this.#pair.certPem), this.#order.name)) return undefined;
		return this.#pair;
	}

	get lastError(): string | null {
		return this.#lastError;
	}

	/** Null = none wanted. Something else than before is tried at once. */
	setOrder(order: AcmeOrder | null): void {
		if (JSON.stringify(order) === JSON.stringify(this.#order)) return;
		this.#order = order;
		this.#failures = 0;
		this.#notBefore = 0;
		this.#settle(null);
		this.onChange();
	}

	/** To be called now and then: gets or renews the certificate when it is time. Never throws. */
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
			this.log.info({ name: order.name, directory: order.directoryUrl }, 'got a certificate by ACME');
			this.onChange();
		} catch (error) {
			if (order !== this.#order) return;
			this.#notBefore = now + backoffMs(++this.#failures, retry);
			this.#settle(messageOf(error));
		}
	}

	/** Also when nobody waits for it any more, it goes on to its end; then comes what is wanted instead. */
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
		else {
			this.faults.raise({
				code: 'certificate',
				subject: 'acme',
				message: `no certificate for ${this.#order?.name}: ${error}`,
				remedy: `http://${this.#order?.name}/.well-known/acme-challenge/ must lead from the internet to the plain HTTP port of the studio (port 80 forwarded to it). It is tried again by itself`,
			});
		}
	}

	async #get({ name, directoryUrl, email }: AcmeOrder): Promise<KeyedCertificate> {
		await reachable(directoryUrl);
		// Loaded when it is needed: most devices never do.
		const acme = await import('acme-client');
		acme.axios.defaults.timeout = requestTimeoutMs;
		const client = new acme.Client({ directoryUrl, accountKey: this.#accountKey(), backoffMin: 1000 });
		const keyPem = (await acme.crypto.createPrivateEcdsaKey('P-256')).toString();
		const [, csr] = await acme.crypto.createCsr({ commonName: name, altNames: [name] }, keyPem);
		const certPem = await client.auto({
			csr,
			...(email !== null && { email }),
			// The technician agrees by switching it on; the settings say so.
			termsOfServiceAgreed: true,
			// From inside, the public name often leads nowhere (no hairpin NAT).
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

	/** One account for ever, as authorities ask for. */
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

/** The library tries again for over a minute and then does not say what was wrong. */
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
