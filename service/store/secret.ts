import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, in a form that fits a header, a cookie and a fragment. */
export function makeSecret(): string {
	return randomBytes(32).toString('base64url');
}

/** What the database stores of a secret. Random secrets of this length need neither salt nor a slow hash. */
export function hashOf(secret: string): Buffer {
	return createHash('sha256').update(secret).digest();
}

/** A short id for a row, unique with its prefix. */
export function makeId(prefix: string): string {
	return `${prefix}-${randomBytes(5).toString('hex')}`;
}
