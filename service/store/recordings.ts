import type { Recording } from '../api/schema.js';
import type { Database } from './database.js';

export class Recordings {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	put(recording: Recording): void {
		this.#database.durably(() =>
			this.#database.connection
				.prepare(
					`INSERT INTO recordings (id, started_at, document) VALUES (?, ?, ?)
					ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
				)
				.run(recording.id, recording.startedAt, JSON.stringify(recording)),
		);
	}

	/** Oldest first. */
	list(): Recording[] {
		return this.#database.connection
			.prepare<unknown[], { document: string }>('SELECT document FROM recordings ORDER BY started_at, rowid')
			.all()
			.map(({ document }) => JSON.parse(document) as Recording);
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM recordings WHERE id = ?').run(id));
	}
}
