import { createHmac, randomBytes } from 'node:crypto';

/** A day of shows: a server asks for them again when a connection is renewed, not only at its start. */
export const credentialsS = 12 * 3600;

/**
 * A user and password that a TURN server with the same secret takes until they expire (coturn: use-auth-secret). The user is of
 * digits, letters, - and _ around one colon: clients that split headers naively understand it.
 */
export function timeLimited(secret: string, now = Date.now()): { username: string; credential: string } {
	const username = `${Math.floor(now / 1000) + credentialsS}:${randomBytes(9).toString('base64url')}`;
	return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
