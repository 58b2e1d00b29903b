import type { Bounded } from '../util/boundedMap.js';
import type { Database } from './database.js';
import { hashOf, makeId, makeSecret } from './secret.js';
import type { StoredToken, Tokens } from './tokens.js';
import type { StoredUser, Users } from './users.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;
export const sessionDays = 30;
/** Per account or token: plenty of browsers, but a shared link cannot fill the disk. The least recently used one ends. */
export const sessionsOfOne = 20;

/** The account, or the token it was made with. */
export type SessionOwner = { user: string } | { token: string };

export interface SessionStart {
	owner: SessionOwner;
	/** Address and browser, for display. */
	address: string;
	agent: string;
}

export interface StoredSession {
	id: string;
	user: string | null;
	token: string | null;
	address: string;
	agent: string;
	createdAt: string;
	seenAt: string;
	expiresAt: string;
}

/** A valid session and who it belongs to: one of the two. */
export interface FoundSession {
	id: string;
	user: StoredUser | null;
	token: StoredToken | null;
	/** In use for a day: `extend` is due, together with its cookie. */
	aging: boolean;
}

const columns = 'id, user, token, address, agent, created_at AS createdAt, seen_at AS seenAt, expires_at AS expiresAt';

/** Browser sessions: a cookie stands for an account or a token, until either ends. */
export class Sessions {
	#database: Database;
	#users: Users;
	#tokens: Tokens;
	/** Ended early, for newer ones of the same account or token. */
	#forgotten = 0;

	constructor(database: Database, users: Users, tokens: Tokens) {
		this.#database = database;
		this.#users = users;
		this.#tokens = tokens;
	}

	/** The cookie's secret for a new session. Sweeps out expired ones. */
	create({ owner, address, agent }: SessionStart): string {
		const secret = makeSecret();
		const { connection } = this.#database;
		const now = new Date().toISOString();
		connection.prepare('DELETE FROM sessions WHERE expires_at <= ?').run(now);
		connection
			.prepare(
				`INSERT INTO sessions (hash, id, user, token, address, agent, created_at, seen_at, expires_at)
				VALUES (@hash, @id, @user, @token, @address, @agent, @now, @now, @end)`,
			)
			.run({
				hash: hashOf(secret),
				id: makeId('session'),
				user: null,
				token: null,
				...owner,
				address,
				agent,
				now,
				end: expiry(),
			});
		const { column, id } = columnOf(owner);
		this.#forgotten += connection
			.prepare(
				`DELETE FROM sessions WHERE hash IN
					(SELECT hash FROM sessions WHERE ${column} = ? ORDER BY seen_at DESC, rowid DESC LIMIT -1 OFFSET ${sessionsOfOne})`,
			)
			.run(id).changes;
		return secret;
	}

	get table(): Bounded {
		return { size: this.size, most: sessionsOfOne * (this.#users.size + this.#tokens.size), forgotten: this.#forgotten };
	}

	/** Whether a session with this id is valid. */
	has(id: string): boolean {
		const found = this.#database.connection.prepare('SELECT 1 FROM sessions WHERE id = ? AND expires_at > ?');
		return found.get(id, new Date().toISOString()) !== undefined;
	}

	get size(): number {
		return this.#database.connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM sessions').get()!.count;
	}

	find(secret: string): FoundSession | null {
		const row = this.#database.connection
			.prepare<unknown[], StoredSession>(`SELECT ${columns} FROM sessions WHERE hash = ? AND expires_at > ?`)
			.get(hashOf(secret), new Date().toISOString());
		if (!row) return null;
		const user = row.user === null ? null : this.#users.get(row.user);
		const token = row.token === null ? null : this.#tokens.get(row.token);
		if (user === null && token === null) return null;
		this.#seen(row);
		return { id: row.id, user, token, aging: Date.parse(row.expiresAt) - Date.now() < (sessionDays - 1) * dayMs };
	}

	/** Valid sessions, last used first; of one owner, or all. */
	list(owner: SessionOwner | null = null): StoredSession[] {
		const { column, id } = owner === null ? { column: null, id: null } : columnOf(owner);
		return this.#database.connection
			.prepare<unknown[], StoredSession>(
				`SELECT ${columns} FROM sessions WHERE expires_at > @now ${column === null ? '' : `AND ${column} = @id`}
				ORDER BY seen_at DESC, id`,
			)
			.all({ now: new Date().toISOString(), id });
	}

	/** Extends a session to 30 days from now. */
	extend(secret: string): void {
		this.#database.connection.prepare('UPDATE sessions SET expires_at = ? WHERE hash = ?').run(expiry(), hashOf(secret));
	}

	/** Logout: ends this session, and nothing that was made in it. */
	remove(secret: string): void {
		this.#database.connection.prepare('DELETE FROM sessions WHERE hash = ?').run(hashOf(secret));
	}

	/** Ends a session that may be in the wrong hands, and the tokens made in it. False when there is none. */
	end(id: string): boolean {
		this.#tokens.removeMadeIn(id);
		return this.#database.connection.prepare('DELETE FROM sessions WHERE id = ?').run(id).changes > 0;
	}

	/** Ends the other sessions of an account, with the tokens made in them; how many. */
	endOfUser(user: string, but: string | null = null): number {
		this.#tokens.removeMadeBy(user, but);
		return this.#database.connection.prepare('DELETE FROM sessions WHERE user = ? AND id IS NOT ?').run(user, but).changes;
	}

	/** Written at most once a minute: requests come many times a second. */
	#seen({ id, seenAt }: StoredSession): void {
		const now = Date.now();
		if (now - Date.parse(seenAt) < minuteMs) return;
		this.#database.connection.prepare('UPDATE sessions SET seen_at = ? WHERE id = ?').run(new Date(now).toISOString(), id);
	}
}

function columnOf(owner: SessionOwner): { column: 'user' | 'token'; id: string } {
	return 'user' in owner ? { column: 'user', id: owner.user } : { column: 'token', id: owner.token };
}

function expiry(): string {
	return new Date(Date.now() + sessionDays * dayMs).toISOString();
}
