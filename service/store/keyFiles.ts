import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { replaceFile } from '../util/durable.js';
import type { Log } from '../util/log.js';

export interface KeyedCertificate {
	/** The certificate; its issuers may follow. */
	certPem: string;
	keyPem: string;
}

/**
 * Where the keys of a data folder are kept: DATA/tls, but never inside the program folder, which is copied, published and
 * replaced by updates; then in the user's state folder (XDG Base Directory Specification).
 */
export function keyFolder(dataDir: string, programDir: string): string {
	const inside = relative(programDir, dataDir);
	if (inside.startsWith('..')) return join(dataDir, 'tls');
	const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
	return join(state, 'r58-studio', `tls-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`);
}

/** Certificates and keys as NAME.pem and NAME.key in a folder that only its owner may enter. */
export class KeyFiles {
	constructor(
		readonly dir: string,
		private readonly log: Log,
	) {}

	ensureFolder(): void {
		mkdirSync(this.dir, { recursive: true, mode: 0o700 });
		chmodSync(this.dir, 0o700);
	}

	/** Undefined when the pair is missing, damaged, or does not match. */
	read(name: string): KeyedCertificate | undefined {
		try {
			const pair = { certPem: this.#text(`${name}.pem`), keyPem: this.#text(`${name}.key`) };
			if (new X509Certificate(pair.certPem).checkPrivateKey(createPrivateKey(pair.keyPem))) return pair;
			this.log.warn({ name }, 'certificate and key do not match: not used');
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.log.warn({ name, err: error }, 'certificate cannot be read');
		}
		return undefined;
	}

	write(name: string, { certPem, keyPem }: KeyedCertificate): void {
		this.writeFile(`${name}.key`, keyPem, 0o600);
		this.writeFile(`${name}.pem`, certPem, 0o644);
	}

	/** All or nothing, also when the power fails. */
	writeFile(file: string, text: string, mode: number): void {
		this.ensureFolder();
		replaceFile(join(this.dir, file), text.endsWith('\n') ? text : `${text}\n`, mode);
	}

	/** Null when it is missing. */
	readFile(file: string): string | null {
		try {
			return this.#text(file);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
			throw error;
		}
	}

	remove(name: string): void {
		for (const extension of ['pem', 'key']) rmSync(join(this.dir, `${name}.${extension}`), { force: true });
	}

	/** Makes a key private again that others may read, for example after restoring a copy. */
	#text(file: string): string {
		const path = join(this.dir, file);
		const text = readFileSync(path, 'utf8');
		if (file.endsWith('.key')) chmodSync(path, 0o600);
		return text;
	}
}
