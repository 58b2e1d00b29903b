import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyFiles } from './keyFiles.js';

const file = 'device.key';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const mark = 'enc:1:';

/** Whether a text is sealed. */
export function isSealed(text: string): boolean {
	return text.startsWith(mark);
}

/**
 * The key of this device, made at first use and kept with those of the certificates. It seals what the service must be able to
 * read at its start but is stored in files that get copied around. AES-256-GCM; a sealed text is `enc:1:` and base64url of nonce,
 * ciphertext and tag.
 */
export class DeviceKey {
	readonly #key: Buffer;

	constructor(files: Pick<KeyFiles, 'readFile' | 'writeFile'>) {
		const known = Buffer.from(files.readFile(file)?.trim() ?? '', 'base64url');
		this.#key = known.length === keyBytes ? known : randomBytes(keyBytes);
		if (this.#key !== known) files.writeFile(file, this.#key.toString('base64url'), 0o600);
	}

	seal(text: string): string {
		const nonce = randomBytes(nonceBytes);
		const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
		const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
		return mark + sealed.toString('base64url');
	}

	/** Null when it was sealed with another key, or changed. */
	open(sealed: string): string | null {
		const bytes = Buffer.from(sealed.slice(mark.length), 'base64url');
		if (!isSealed(sealed) || bytes.length < nonceBytes + tagBytes) return null;
		const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes));
		decipher.setAuthTag(bytes.subarray(-tagBytes));
		try {
			const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
			return Buffer.concat([text, decipher.final()]).toString('utf8');
		} catch {
			return null;
		}
	}
}
