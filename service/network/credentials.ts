import { createHmac, randomBytes } from 'node:crypto';

/** A day of shows: credentials are renewed with every reconnect, not only at the start. */
export const credentialsS = 12 * 3600;

/**
 * A temporary user name and password for a TURN server with a shared secret (coturn: use-auth-secret). The user name has only
 * digits, letters, - and _ around one colon, which clients that split headers naively understand.
 */
export function timeLimited(secret: string, now = Date.now()): { username: string; credential: string } {
	const username = `${Math.floor(now / 1000) + credentialsS}:${randomBytes(9).toString('base64url')}`;
	return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
