import type { SessionOwner } from '../store/sessions.js';
import { makeCode, typedCode } from './codes.js';

/** 40 bits for five minutes, behind the lockout. */
const characters = 8;
export const loginCodeS = 300;
/** Per account or token, and in total; the oldest is dropped. */
const keptOfOwner = 4;
const kept = 256;

interface Code {
	owner: SessionOwner;
	/** The session it was made in; null when a program made it. */
	session: string | null;
	endsAt: number;
}

/**
 * One-time codes that log a phone in as the caller who asked for them. A code ends with the session it was made in. Kept in
 * memory only: a restart ends them.
 */
export class LoginCodes {
	#codes = new Map<string, Code>();
	/** Dropped early to make room. */
	forgotten = 0;
	readonly most = kept;

	constructor(private readonly sessionLives: (id: string) => boolean = () => true) {}

	get size(): number {
		return this.#codes.size;
	}

	make(owner: SessionOwner, session: string | null = null, now = Date.now()): { code: string; expiresAt: string } {
		for (const [code, { endsAt }] of this.#codes) if (endsAt <= now) this.#codes.delete(code);
		this.#keep(this.#of(owner), keptOfOwner - 1);
		this.#keep([...this.#codes.keys()], kept - 1);
		const code = makeCode(characters);
		const endsAt = now + loginCodeS * 1000;
		this.#codes.set(code, { owner, session, endsAt });
		return { code, expiresAt: new Date(endsAt).toISOString() };
	}

	/** Redeems a code, once; null when it is not valid. */
	take(typed: string, now = Date.now()): SessionOwner | null {
		const code = typedCode(typed);
		const found = this.#codes.get(code);
		this.#codes.delete(code);
		if (!found || found.endsAt <= now) return null;
		return found.session === null || this.sessionLives(found.session) ? found.owner : null;
	}

	/** Ends all codes of an account or token. */
	endOf(owner: SessionOwner): void {
		for (const code of this.#of(owner)) this.#codes.delete(code);
	}

	#of(owner: SessionOwner): string[] {
		const wanted = idOf(owner);
		return [...this.#codes].filter(([, code]) => idOf(code.owner) === wanted).map(([code]) => code);
	}

	#keep(codes: string[], most: number): void {
		for (const code of codes.slice(0, Math.max(0, codes.length - most))) {
			this.#codes.delete(code);
			this.forgotten += 1;
		}
	}
}

function idOf(owner: SessionOwner): string {
	return 'user' in owner ? owner.user : owner.token;
}
