import type { Recording } from '../contract/recordings.js';
import type { Database } from './database.js';
import { parsed, storedRecordingSchema } from './entries.js';
import type { LeftOut } from './leftOut.js';

export class Recordings {
	#database: Database;

	constructor(
		database: Database,
		private readonly leftOut: LeftOut,
	) {
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

	/** The usable ones, oldest first. */
	list(): Recording[] {
		const rows = this.#database.connection
			.prepare<unknown[], { id: string; document: string }>('SELECT id, document FROM recordings ORDER BY started_at, rowid')
			.all();
		const read = ({ id, document }: (typeof rows)[0]): Recording => {
			const recording = parsed(storedRecordingSchema, document, 'document');
			if (recording.id !== id) throw new Error('id: differs from the id of its document');
			return recording;
		};
		return this.leftOut.fitting('recordings', rows, ({ id }) => id, read);
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM recordings WHERE id = ?').run(id));
	}
}
