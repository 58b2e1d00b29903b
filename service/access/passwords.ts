import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { StudioError } from '../util/errors.js';

/**
 * Cost of one hash: 32 MB and about 0.2 s of one core. N = 2^15, r = 8, p = 3 is among the settings that OWASP's Password
 * Storage Cheat Sheet names for scrypt.
 */
const usualCost = { logN: 15, r: 8, p: 3 };
export type Cost = typeof usualCost;
const saltBytes = 16;
const keyBytes = 32;
const memoryBytes = 64 * 1024 * 1024;
/** In parallel; further ones wait, so that logins leave the processor to the show. */
const atOnce = 2;
const waiting = 8;

interface Parameters {
	logN: number;
	r: number;
	p: number;
	salt: Buffer;
	key: Buffer;
}

/** Makes and checks stored passwords: `scrypt$logN$r$p$salt$key`, salt and key in base64url. */
export class Passwords {
	#running = 0;
	#queue: (() => void)[] = [];
	/** Compared with when the account does not exist, so that the answer takes as long. */
	#nobody: Parameters;

	constructor(private readonly cost: Cost = usualCost) {
		this.#nobody = { ...cost, salt: randomBytes(saltBytes), key: randomBytes(keyBytes) };
	}

	async hash(password: string): Promise<string> {
		const { cost } = this;
		const salt = randomBytes(saltBytes);
		const key = await this.#derive(password, { ...cost, salt, key: Buffer.alloc(keyBytes) });
		return ['scrypt', cost.logN, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
	}

	/** `stored` null is an account that does not exist: always false, after the same time. Throws `busy` when too many log in at once. */
	async matches(password: string, stored: string | null): Promise<boolean> {
		const parameters = stored === null ? null : parse(stored);
		const { key, ...rest } = parameters ?? this.#nobody;
		const found = await this.#derive(password, { key, ...rest });
		return timingSafeEqual(found, key) && parameters !== null;
	}

	async #derive(password: string, { logN, r, p, salt, key }: Parameters): Promise<Buffer> {
		await this.#enter();
		try {
			return await new Promise((resolve, reject) => {
				// The same password typed on another system may be composed differently (NFKC, RFC 8265 §4.2).
				const options = { N: 2 ** logN, r, p, maxmem: memoryBytes };
				scrypt(password.normalize('NFKC'), salt, key.length, options, (error, derived) =>
					error ? reject(error) : resolve(derived),
				);
			});
		} finally {
			this.#running -= 1;
			this.#queue.shift()?.();
		}
	}

	#enter(): Promise<void> {
		if (this.#running < atOnce) {
			this.#running += 1;
			return Promise.resolve();
		}
		if (this.#queue.length >= waiting)
			return Promise.reject(new StudioError('busy', 'too many people are logging in at once; try again in a moment'));
		return new Promise((resolve) => {
			this.#queue.push(() => {
				this.#running += 1;
				resolve();
			});
		});
	}
}

/** Null when it is not one of ours. */
function parse(stored: string): Parameters | null {
	const [scheme, logN, r, p, salt = '', key = ''] = stored.split('$');
	const parameters = { logN: Number(logN), r: Number(r), p: Number(p) };
	if (scheme !== 'scrypt' || !Object.values(parameters).every((value) => value >= 1 && value <= 20)) return null;
	const buffers = { salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
	return buffers.key.length === keyBytes ? { ...parameters, ...buffers } : null;
}
