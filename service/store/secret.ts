import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, in a form that fits into a header, a cookie and a fragment. */
export function makeSecret(): string {
	return randomBytes(32).toString('base64url');
}

/** What the database keeps of a secret. Random secrets of this length need no salt and no slow hash. */
export function hashOf(secret: string): Buffer {
	return createHash('sha256').update(secret).digest();
}

/** A short id for a row, unique enough beside its prefix. */
export function makeId(prefix: string): string {
	return `${prefix}-${randomBytes(5).toString('hex')}`;
}
