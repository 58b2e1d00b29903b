import type { SessionOwner } from '../store/sessions.js';
import { makeCode, typedCode } from './codes.js';

/** 40 bits, for five minutes, with the lock-out in front. */
const characters = 8;
export const loginCodeS = 300;
/** Of everybody; the oldest goes. */
const kept = 64;

/** One-time codes by which a phone logs in as who asked for them. Kept in memory alone: a restart ends them. */
export class LoginCodes {
	#codes = new Map<string, { owner: SessionOwner; endsAt: number }>();

	make(owner: SessionOwner, now = Date.now()): { code: string; expiresAt: string } {
		const code = makeCode(characters);
		const endsAt = now + loginCodeS * 1000;
		this.#codes.set(code, { owner, endsAt });
		if (this.#codes.size > kept) this.#codes.delete(this.#codes.keys().next().value!);
		return { code, expiresAt: new Date(endsAt).toISOString() };
	}

	/** Whom a code stands for, once; null when it counts for nothing. */
	take(typed: string, now = Date.now()): SessionOwner | null {
		const code = typedCode(typed);
		const found = this.#codes.get(code);
		this.#codes.delete(code);
		return found && found.endsAt > now ? found.owner : null;
	}
}
