import type { z } from 'zod';
import type { Database } from './database.js';
import { collections, parsed } from './entries.js';
import type { LeftOut } from './leftOut.js';

/** Objects stored as a whole, by id. */
export class Documents<T extends { id: string }> {
	#database: Database;

	constructor(
		database: Database,
		private readonly leftOut: LeftOut,
		private readonly o: { collection: keyof typeof collections; schema: z.ZodType<T> },
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
				.run(this.o.collection, document.id, JSON.stringify(document)),
		);
	}

	/** The usable ones, in the order they were made. */
	list(): T[] {
		const { collection, schema } = this.o;
		const { kind } = collections[collection];
		const rows = this.#database.connection
			.prepare<unknown[], { id: string; document: string }>(
				'SELECT id, document FROM documents WHERE collection = ? ORDER BY rowid',
			)
			.all(collection);
		const read = ({ id, document }: (typeof rows)[0]): T => {
			const found = parsed(schema, document, 'document');
			if (found.id !== id) throw new Error('id: differs from the id of its document');
			return found;
		};
		return this.leftOut.fitting(kind, rows, ({ id }) => id, read);
	}

	remove(id: string): void {
		this.#database.durably(() =>
			this.#database.connection.prepare('DELETE FROM documents WHERE collection = ? AND id = ?').run(this.o.collection, id),
		);
	}
}
