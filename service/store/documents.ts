import type { Database } from './database.js';

/** Things that are kept whole, by id. */
export class Documents<T extends { id: string }> {
	#database: Database;

	constructor(
		database: Database,
		private readonly collection: string,
	) {
		this.#database = database;
	}

	put(document: T): void {
		this.#database.durably(() =>
			this.#database.connection
				.prepare(
					`INSERT INTO documents (collection, id, document) VALUES (?, ?, ?)
					ON CONFLICT (collection, id) DO UPDATE SET document = excluded.document`,
				)
				.run(this.collection, document.id, JSON.stringify(document)),
		);
	}

	/** In the order they were made. */
	list(): T[] {
		return this.#database.connection
			.prepare<unknown[], { document: string }>('SELECT document FROM documents WHERE collection = ? ORDER BY rowid')
			.all(this.collection)
			.map(({ document }) => JSON.parse(document) as T);
	}

	remove(id: string): void {
		this.#database.durably(() =>
			this.#database.connection.prepare('DELETE FROM documents WHERE collection = ? AND id = ?').run(this.collection, id),
		);
	}
}
