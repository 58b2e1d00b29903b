import type { Guest } from '../contract/guests.js';
import { validate } from '../util/validation.js';
import type { Database } from './database.js';
import { storedGuestSchema } from './entries.js';
import type { LeftOut } from './leftOut.js';

/** The part of a guest that survives a restart. */
export type StoredGuest = Pick<Guest, 'id' | 'name' | 'createdAt'>;

export class Guests {
	#database: Database;

	constructor(
		database: Database,
		private readonly leftOut: LeftOut,
	) {
		this.#database = database;
	}

	put(guest: StoredGuest): void {
		this.#database.durably(() =>
			this.#database.connection
				.prepare('INSERT INTO guests (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name')
				.run(guest.id, guest.name, guest.createdAt),
		);
	}

	/** The usable ones, in the order they were made. */
	list(): StoredGuest[] {
		const rows = this.#database.connection
			.prepare<unknown[], StoredGuest>('SELECT id, name, created_at AS createdAt FROM guests ORDER BY rowid')
			.all();
		return this.leftOut.fitting(
			'guests',
			rows,
			({ id }) => id,
			(row) => validate(storedGuestSchema, row, 'guest'),
		);
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM guests WHERE id = ?').run(id));
	}
}
