import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { StudioError } from '../util/errors.js';

/** scrypt with 64 MB and about 0.3 s a guess on a fast core (RFC 7914; N as OWASP asks for interactive use). */
const cost = { N: 2 ** 16, r: 8, p: 1, maxmem: 96 * 1024 * 1024 };
const magic = Buffer.from('R58S\x01');
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
export const minPassphrase = 8;

const derive = promisify(
	(passphrase: string, salt: Buffer, done: (error: Error | null, key?: Buffer) => void) =>
		scrypt(passphrase.normalize('NFC'), salt, 32, cost, done) as unknown,
) as (passphrase: string, salt: Buffer) => Promise<Buffer>;

/** Unreadable and tamper-proof without the passphrase: scrypt, then AES-256-GCM. Throws `invalid` when it is too short. */
export async function seal(plain: Buffer, passphrase: string): Promise<Buffer> {
	if (passphrase.length < minPassphrase)
		throw new StudioError('invalid', `the passphrase must have at least ${minPassphrase} characters`);
	const salt = randomBytes(saltBytes);
	const nonce = randomBytes(nonceBytes);
	const head = Buffer.concat([magic, salt, nonce]);
	const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt), nonce).setAAD(head);
	return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `invalid`: wrong passphrase, or the bytes were changed. */
export async function unseal(sealed: Buffer, passphrase: string): Promise<Buffer> {
	const headBytes = magic.length + saltBytes + nonceBytes;
	const head = sealed.subarray(0, headBytes);
	if (sealed.length < headBytes + tagBytes || !head.subarray(0, magic.length).equals(magic))
		throw new StudioError('invalid', 'the secrets of the backup are damaged');
	const key = await derive(passphrase, head.subarray(magic.length, magic.length + saltBytes));
	const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(magic.length + saltBytes)).setAAD(head);
	decipher.setAuthTag(sealed.subarray(-tagBytes));
	try {
		return Buffer.concat([decipher.update(sealed.subarray(headBytes, -tagBytes)), decipher.final()]);
	} catch {
		throw new StudioError('invalid', 'wrong passphrase, or the backup was modified');
	}
}
