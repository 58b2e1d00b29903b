import { z } from 'zod';
import { type Role, roles } from '../contract/roles.js';
import type { Token } from '../contract/sessions.js';
import { idSchema } from '../contract/values.js';
import { BoundedMap, type Tables } from '../util/boundedMap.js';
import { checkRoom, limits } from '../util/limits.js';
import type { Database } from './database.js';
import { hashOf, makeId, makeSecret } from './secret.js';

export interface TokenCreate {
	label: string;
	role: Role;
	/** The guest that a guest token belongs to. */
	guest?: string | null;
	/** What a viewer token may watch; null = program only. */
	streamers?: string[] | null | undefined;
	/** It looks and changes nothing. */
	readOnly?: boolean | undefined;
	expiresInS?: number | null | undefined;
	/** What its id starts with. */
	kind?: 'token' | 'demo';
	/** The account or token, and the browser's session of it, that asked for it: when others end that session, the token ends too. */
	maker?: { owner: string; session: string } | null;
}

/** A token as stored: everything but the secret. */
export type StoredToken = Token & {
	guest: string | null;
	/** When it was used first; kept for guests only. */
	usedAt: string | null;
};

interface Row {
	id: string;
	label: string;
	role: Role;
	guest: string | null;
	streamers: string | null;
	read_only: number;
	created_at: string;
	expires_at: string | null;
	used_at: string | null;
}

interface NewRow extends Row {
	hash: Buffer;
	maker?: string | null;
	maker_session?: string | null;
}

const tokenColumns = 'id, label, role, guest, streamers, read_only, created_at, expires_at, used_at';
/** An invite that was opened in time holds its seat this long: nobody loses it in the middle of a show. */
const seatMs = 86_400_000;
/** What an account made in sessions that are gone ends with the others this long: who stole one may have logged out since. */
const makerDays = 30;
/** Guests have a seat each. */
const seats = 12;
/** So many revoked invites are known as such; older ones are just not valid. */
const revokedKept = 1000;
/** Whether a token counts, with the parameters of `countsAt`. */
const tokenCounts = '(expires_at IS NULL OR expires_at > @now OR used_at > @seatFrom)';

function countsAt(now = Date.now()): { now: string; seatFrom: string } {
	return { now: new Date(now).toISOString(), seatFrom: new Date(now - seatMs).toISOString() };
}

function tokenOf(row: Row): StoredToken {
	return {
		id: row.id,
		label: row.label,
		role: row.role,
		guest: row.guest,
		streamers: row.streamers === null ? null : streamersOf(row.streamers),
		readOnly: row.read_only !== 0,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
		usedAt: row.used_at,
	};
}

/** A list that cannot be read opens nothing. */
function streamersOf(text: string): string[] {
	try {
		return z.array(z.string()).parse(JSON.parse(text));
	} catch {
		return [];
	}
}

/** One that no studio has written opens nothing. */
function counts(row: Row | undefined): row is Row {
	return row !== undefined && roles.includes(row.role) && idSchema.safeParse(row.id).success;
}

/** Access tokens; only hashes of them are kept. */
export class Tokens {
	#database: Database;
	/** Invites that were revoked in this run of the service, by the hash of each secret that stood for them. */
	readonly #revoked: BoundedMap<string, StoredToken>;

	/** Those of guests that were removed a moment ago, should that be undone: by guest, with the hashes of their secrets. */
	#shelved = new Map<string, (Row & { hash: Buffer })[]>();

	constructor(database: Database, revokedMost = revokedKept) {
		this.#database = database;
		this.#revoked = new BoundedMap(revokedMost);
	}

	/** The new token with its secret, which is not to be had again. */
	create(options: TokenCreate): StoredToken & { token: string } {
		const token = makeSecret();
		const now = Date.now();
		const row: Row = {
			id: makeId(options.kind ?? 'token'),
			label: options.label,
			role: options.role,
			guest: options.guest ?? null,
			streamers: options.streamers ? JSON.stringify(options.streamers) : null,
			read_only: Number(options.readOnly ?? false),
			created_at: new Date(now).toISOString(),
			expires_at: options.expiresInS ? new Date(now + options.expiresInS * 1000).toISOString() : null,
			used_at: null,
		};
		this.#makeRoom(row.guest);
		const { owner = null, session = null } = options.maker ?? {};
		this.#insert([{ ...row, hash: hashOf(token), maker: owner, maker_session: session }]);
		return { ...tokenOf(row), token };
	}

	get tables(): Tables {
		// When there is no room, who asks for more is refused.
		const most = limits.tokens + seats * limits['invites of this guest'];
		return { tokens: { size: this.size, most, forgotten: 0 }, 'revoked invites': this.#revoked };
	}

	get size(): number {
		return this.#database.connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM tokens').get()!.count;
	}

	/** Throws `conflict` when there are too many that count. Those that have expired go when the room is needed. */
	#makeRoom(guest: string | null): void {
		const { connection } = this.#database;
		const what = guest === null ? 'tokens' : 'invites of this guest';
		const count = () =>
			connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM tokens WHERE guest IS ?').get(guest)!.count;
		if (count() < limits[what]) return;
		connection
			.prepare(`DELETE FROM tokens WHERE guest IS @guest AND NOT coalesce(${tokenCounts}, FALSE)`)
			.run({ guest, ...countsAt() });
		checkRoom(what, count());
	}

	/** The token with this secret, unless it has expired. The first use of a guest's is remembered. */
	find(secret: string): StoredToken | null {
		const times = countsAt();
		const row = this.#database.connection
			.prepare<unknown[], Row>(`SELECT ${tokenColumns} FROM tokens WHERE hash = @hash AND ${tokenCounts}`)
			.get({ hash: hashOf(secret), ...times });
		if (!counts(row)) return null;
		if (row.role === 'guest' && row.used_at === null) {
			row.used_at = times.now;
			this.#database.connection.prepare('UPDATE tokens SET used_at = ? WHERE id = ?').run(times.now, row.id);
		}
		return tokenOf(row);
	}

	/** The token with this id, unless it has expired. */
	get(id: string): StoredToken | null {
		const row = this.#database.connection
			.prepare<unknown[], Row>(`SELECT ${tokenColumns} FROM tokens WHERE id = @id AND ${tokenCounts}`)
			.get({ id, ...countsAt() });
		return counts(row) ? tokenOf(row) : null;
	}

	/** The invites of a guest that can still be used, oldest first. */
	ofGuest(guest: string): StoredToken[] {
		return this.#database.connection
			.prepare<unknown[], Row>(
				`SELECT ${tokenColumns} FROM tokens WHERE guest = @guest AND ${tokenCounts} ORDER BY created_at, id`,
			)
			.all({ guest, ...countsAt() })
			.filter(counts)
			.map(tokenOf);
	}

	list(): StoredToken[] {
		return this.#database.connection
			.prepare<unknown[], Row>(`SELECT ${tokenColumns} FROM tokens ORDER BY created_at, id`)
			.all()
			.filter(counts)
			.map(tokenOf);
	}

	/** Also ends the sessions made with it. False when there is no such token. */
	remove(id: string): boolean {
		return this.#database.durably(() => this.#database.connection.prepare('DELETE FROM tokens WHERE id = ?').run(id).changes > 0);
	}

	/** What was made in a session. Links of guests stay: operators see them at the seat. */
	removeMadeIn(session: string): void {
		this.#removeMade('maker_session = @session', { session });
	}

	/** What an account made in any session but one: in those that live, and of late in those that are gone. */
	removeMadeBy(user: string, but: string | null): void {
		const since = new Date(Date.now() - makerDays * 86_400_000).toISOString();
		this.#removeMade(
			`maker = @user AND maker_session IS NOT @but
				AND (created_at > @since OR maker_session IN (SELECT id FROM sessions WHERE user = @user))`,
			{ user, but, since },
		);
	}

	#removeMade(condition: string, parameters: Record<string, string | null>): void {
		this.#database.durably(() =>
			this.#database.connection.prepare(`DELETE FROM tokens WHERE guest IS NULL AND ${condition}`).run(parameters),
		);
	}

	/** Takes an invite back: nothing is entered with it any more. For who is in already it stays known until the next start. */
	revoke(token: StoredToken): void {
		const hashes = this.#database.connection
			.prepare<unknown[], { hash: Buffer }>(
				'SELECT hash FROM tokens WHERE id = @id UNION SELECT hash FROM sessions WHERE token = @id',
			)
			.all({ id: token.id });
		this.remove(token.id);
		for (const { hash } of hashes) this.#revoked.set(hash.toString('hex'), token);
	}

	/** The revoked invite behind a secret, its own or that of a session's cookie. */
	findRevoked(secret: string): StoredToken | null {
		return this.#revoked.get(hashOf(secret).toString('hex')) ?? null;
	}

	/** What the demo printed opens a show that is no demo for nobody. */
	removeOfDemo(): void {
		this.#database.durably(() => this.#database.connection.prepare("DELETE FROM tokens WHERE id LIKE 'demo-%'").run());
	}

	removeOfGuest(guest: string): void {
		for (const [hash, token] of this.#revoked) if (token.guest === guest) this.#revoked.delete(hash);
		const rows = this.#database.connection
			.prepare<unknown[], Row & { hash: Buffer }>(`SELECT ${tokenColumns}, hash FROM tokens WHERE guest = ?`)
			.all(guest);
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM tokens WHERE guest = ?').run(guest));
		this.#shelved.set(guest, rows);
	}

	/** The removal is undone: the invites count again. */
	restoreOfGuest(guest: string): void {
		this.#insert(this.#shelved.get(guest) ?? []);
		this.forgetOfGuest(guest);
	}

	/** The removal is final. */
	forgetOfGuest(guest: string): void {
		this.#shelved.delete(guest);
	}

	#insert(rows: NewRow[]): void {
		const insert = this.#database.connection.prepare(
			`INSERT INTO tokens (id, label, role, guest, streamers, read_only, hash, created_at, expires_at, used_at, maker, maker_session)
			VALUES (@id, @label, @role, @guest, @streamers, @read_only, @hash, @created_at, @expires_at, @used_at, @maker, @maker_session)`,
		);
		this.#database.durably(() => {
			for (const row of rows) insert.run({ maker: null, maker_session: null, ...row });
		});
	}
}
