import type { Database } from './database.js';
import { hashOf, makeSecret } from './secret.js';
import { countsAt, type StoredToken, tokenColumns, tokenCounts, tokenOf } from './tokens.js';

const dayMs = 86_400_000;
export const sessionDays = 30;

/** Browser sessions: a cookie stands for the token it was got with, until either ends. */
export class Sessions {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	/** The secret for the cookie of a new session. Ended ones are swept out here, so that they cannot pile up. */
	create(token: string): string {
		const secret = makeSecret();
		const { connection } = this.#database;
		connection.prepare('DELETE FROM sessions WHERE expires_at <= ?').run(new Date().toISOString());
		connection.prepare('INSERT INTO sessions (hash, token, expires_at) VALUES (?, ?, ?)').run(hashOf(secret), token, expiry());
		return secret;
	}

	/** The token behind a session. `aging`: it was used for a day, and `extend` is due, together with its cookie. */
	find(secret: string): { token: StoredToken; aging: boolean } | null {
		const row = this.#database.connection
			.prepare<unknown[], Parameters<typeof tokenOf>[0] & { session_end: string }>(
				`SELECT ${tokenColumns}, sessions.expires_at AS session_end FROM sessions JOIN tokens ON tokens.id = sessions.token
				WHERE sessions.hash = @hash AND sessions.expires_at > @now AND ${tokenCounts}`,
			)
			.get({ hash: hashOf(secret), ...countsAt() });
		if (!row) return null;
		const aging = Date.parse(row.session_end) - Date.now() < (sessionDays - 1) * dayMs;
		return { token: tokenOf(row), aging };
	}

	/** Moves the end of a session to 30 days from now. */
	extend(secret: string): void {
		this.#database.connection.prepare('UPDATE sessions SET expires_at = ? WHERE hash = ?').run(expiry(), hashOf(secret));
	}

	remove(secret: string): void {
		this.#database.connection.prepare('DELETE FROM sessions WHERE hash = ?').run(hashOf(secret));
	}
}

function expiry(): string {
	return new Date(Date.now() + sessionDays * dayMs).toISOString();
}
