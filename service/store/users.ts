import { type AccountRole, accountRoles } from '../contract/accounts.js';
import { idSchema } from '../contract/values.js';
import type { Database } from './database.js';
import { makeId } from './secret.js';

/** A person's account: everything but the password. */
export interface StoredUser {
	id: string;
	name: string;
	role: AccountRole;
	createdAt: string;
	/** The last login. */
	loginAt: string | null;
}

export interface UserCreate {
	name: string;
	role: AccountRole;
	/** As accounts/passwords.ts makes it. */
	password: string;
}

const columns = 'id, name, role, created_at AS createdAt, login_at AS loginAt';

/** An account that no studio wrote lets nobody in. */
function usable(user: StoredUser | undefined): StoredUser[] {
	return user !== undefined && accountRoles.includes(user.role) && idSchema.safeParse(user.id).success ? [user] : [];
}

/** Names must differ by more than case and normal form; SQLite itself folds ASCII only. */
function keyOf(name: string): string {
	return name.normalize('NFKC').toLowerCase();
}

/** The accounts. */
export class Users {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	create({ name, role, password }: UserCreate): StoredUser {
		const user: StoredUser = { id: makeId('user'), name, role, createdAt: new Date().toISOString(), loginAt: null };
		this.#database.durably(() =>
			this.#database.connection
				.prepare(
					'INSERT INTO users (id, name, key, role, password, created_at) VALUES (@id, @name, @key, @role, @password, @createdAt)',
				)
				.run({ id: user.id, name, key: keyOf(name), role, password, createdAt: user.createdAt }),
		);
		return user;
	}

	list(): StoredUser[] {
		return this.#database.connection
			.prepare<unknown[], StoredUser>(`SELECT ${columns} FROM users ORDER BY key`)
			.all()
			.flatMap(usable);
	}

	get(id: string): StoredUser | null {
		const found = this.#database.connection.prepare<unknown[], StoredUser>(`SELECT ${columns} FROM users WHERE id = ?`);
		return usable(found.get(id))[0] ?? null;
	}

	named(name: string): StoredUser | null {
		const found = this.#database.connection.prepare<unknown[], StoredUser>(`SELECT ${columns} FROM users WHERE key = ?`);
		return usable(found.get(keyOf(name)))[0] ?? null;
	}

	/** The stored password of an account. */
	password(id: string): string | null {
		const found = this.#database.connection.prepare<unknown[], { password: string }>('SELECT password FROM users WHERE id = ?');
		return found.get(id)?.password ?? null;
	}

	get size(): number {
		return this.#database.connection.prepare<unknown[], { count: number }>('SELECT count(*) AS count FROM users').get()!.count;
	}

	get technicians(): number {
		const found = this.#database.connection.prepare<unknown[], { count: number }>(
			"SELECT count(*) AS count FROM users WHERE role = 'technician'",
		);
		return found.get()!.count;
	}

	change(id: string, change: Partial<UserCreate>): void {
		const { name = null, role = null, password = null } = change;
		this.#database.durably(() =>
			this.#database.connection
				.prepare(
					`UPDATE users SET name = coalesce(@name, name), key = coalesce(@key, key), role = coalesce(@role, role),
					password = coalesce(@password, password) WHERE id = @id`,
				)
				.run({ id, name, key: name === null ? null : keyOf(name), role, password }),
		);
	}

	loggedIn(id: string): void {
		this.#database.connection.prepare('UPDATE users SET login_at = ? WHERE id = ?').run(new Date().toISOString(), id);
	}

	/** Also ends its sessions. False when there is no such account. */
	remove(id: string): boolean {
		return this.#database.durably(() => this.#database.connection.prepare('DELETE FROM users WHERE id = ?').run(id).changes > 0);
	}
}
