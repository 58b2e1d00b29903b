import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Users } from '../store/users.js';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { makeCode, shownCode, typedCode } from './codes.js';
import { sameSecret } from './sameSecret.js';

/** 50 bits. */
const characters = 10;
export const setupFile = 'setup-code';

export interface SetupOptions {
	dataDir: string;
	users: Users;
	log: Log;
}

/**
 * The first technician's password is set with a code that only the device's console, log and data folder show. It is needed
 * while there is no technician; and once more when somebody puts a file `setup-code` into the data folder, because the password
 * was forgotten or the account is locked by guessing.
 */
export class Setup {
	#code: string | null = null;

	constructor(private readonly o: SetupOptions) {
		this.#look();
	}

	/** The file may appear at any time: whoever can write the data folder owns the studio. */
	#look(): void {
		if (this.#code !== null) return;
		const { users, log } = this.o;
		const path = this.#path;
		const wanted = this.#read();
		if (users.technicians > 0 && wanted === null) return;
		const known = typedCode(wanted ?? '');
		this.#code = known.length === characters ? known : makeCode(characters);
		rmSync(path, { force: true });
		writeFileSync(path, `${shownCode(this.#code)}\n`, { mode: 0o600, flag: 'wx' });
		log.warn(
			{ setupCode: shownCode(this.#code), file: path },
			'open the studio in a browser and set the technician’s password with this code',
		);
	}

	get #path(): string {
		return join(this.o.dataDir, setupFile);
	}

	/** Set-up is open: the code works. */
	get open(): boolean {
		this.#look();
		return this.#code !== null;
	}

	/** There is no technician yet. */
	get first(): boolean {
		return this.open && this.o.users.technicians === 0;
	}

	/** Throws `unauthorized`, or `conflict` when the studio is set up already. */
	check(typed: string): void {
		if (this.#code === null) throw new StudioError('conflict', 'the studio is already set up: log in');
		if (!sameSecret(typedCode(typed), this.#code))
			throw new StudioError('unauthorized', 'wrong set-up code; the console and the log of the studio show it');
	}

	/** The code no longer works. */
	done(): void {
		this.#code = null;
		rmSync(this.#path, { force: true });
	}

	#read(): string | null {
		try {
			return readFileSync(this.#path, 'utf8').slice(0, 64).trim();
		} catch {
			return null;
		}
	}
}
