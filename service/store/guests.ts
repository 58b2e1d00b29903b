import type { Guest } from '../api/schema.js';
import type { Database } from './database.js';

/** What of a guest outlives a restart. */
export type StoredGuest = Pick<Guest, 'id' | 'name' | 'createdAt'>;

export class Guests {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	put(guest: StoredGuest): void {
		this.#database.durably(() =>
			this.#database.connection
				.prepare('INSERT INTO guests (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name')
				.run(guest.id, guest.name, guest.createdAt),
		);
	}

	/** In the order they were made. */
	list(): StoredGuest[] {
		return this.#database.connection
			.prepare<unknown[], StoredGuest>('SELECT id, name, created_at AS createdAt FROM guests ORDER BY rowid')
			.all();
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM guests WHERE id = ?').run(id));
	}
}
