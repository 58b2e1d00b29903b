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
	/** Streamers a viewer token may watch; null = program only. */
	streamers?: string[] | null | undefined;
	/** May look but change nothing. */
	readOnly?: boolean | undefined;
	expiresInS?: number | null | undefined;
	/** Prefix of its id. */
	kind?: 'token' | 'demo';
	/** The account or token that made it, and its session: when others end that session, the token ends too. */
	maker?: { owner: string; session: string } | null;
}

/** A token as stored: everything but the secret. */
export type StoredToken = Token & {
	guest: string | null;
	/** First use; kept for guests only. */
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
/** How long tokens made in sessions that are gone still end with the others: a thief may have logged out since. */
const makerDays = 30;
/** Guests have a seat each. */
const seats = 12;
/** Revoked invites remembered as such; older ones are simply invalid. */
const revokedKept = 1000;
/** Whether a token is valid, with the parameters of `countsAt`. */
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

/** An unreadable list opens nothing. */
function streamersOf(text: string): string[] {
	try {
		return z.array(z.string()).parse(JSON.parse(text));
	} catch {
		return [];
	}
}

/** A token that no studio wrote opens nothing. */
function counts(row: Row | undefined): row is Row {
	return row !== undefined && roles.includes(row.role) && idSchema.safeParse(row.id).success;
}

/** Access tokens; only their hashes are stored. */
export class Tokens {
	#database: Database;
	/** Invites revoked in this run of the service, by the hash of each secret. */
	readonly #revoked: BoundedMap<string, StoredToken>;

	/** Invites of recently removed guests, for undo: by guest, with the hashes of the secrets. */
	#shelved = new Map<string, (Row & { hash: Buffer })[]>();

	constructor(database: Database, revokedMost = revokedKept) {
		this.#database = database;
		this.#revoked = new BoundedMap(revokedMost);
	}

	/** The new token with its secret, which cannot be read again. */
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
		// Full tables reject new tokens instead of forgetting old ones.
		const most = limits.tokens + seats * limits['invites of this guest'];
		return { tokens: { size: this.size, most, forgotten: 0 }, 'revoked invites': this.#revoked };
	}

	get size(): number {
		return this.#database.connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM tokens').get()!.count;
	}

	/** Throws `conflict` when there are too many valid ones. Expired ones are removed when the room is needed. */
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

	/** The token with this secret, unless expired. Remembers the first use of a guest's. */
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

	/** The token with this id, unless expired. */
	get(id: string): StoredToken | null {
		const row = this.#database.connection
			.prepare<unknown[], Row>(`SELECT ${tokenColumns} FROM tokens WHERE id = @id AND ${tokenCounts}`)
			.get({ id, ...countsAt() });
		return counts(row) ? tokenOf(row) : null;
	}

	/** The valid invites of a guest, oldest first. */
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

	/** What was made in a session. Invites of guests stay: operators see them at the guest. */
	removeMadeIn(session: string): void {
		this.#removeMade('maker_session = @session', { session });
	}

	/** What an account made in its other sessions: the current ones, and recent ones that are gone. */
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

	/** Revokes an invite: nobody can join with it. For a guest who is connected it stays known until the next start. */
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

	/** Demo tokens must not work in a show that is not a demo. */
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

	/** The removal is undone: the invites are valid again. */
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
