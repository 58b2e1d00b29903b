import type { z } from 'zod';
import type { Database } from './database.js';

/** Values by name, as JSON: the scene on program, audio strips, changed properties of sources. */
export class Settings {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	/** Null when it was never set, or does not fit the schema any more. */
	get<T>(key: string, schema: z.ZodType<T>): T | null {
		const row = this.#database.connection
			.prepare<unknown[], { value: string }>('SELECT value FROM settings WHERE key = ?')
			.get(key);
		if (!row) return null;
		const parsed = schema.safeParse(JSON.parse(row.value));
		return parsed.success ? parsed.data : null;
	}

	set(key: string, value: unknown): void {
		this.#database.connection
			.prepare('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
			.run(key, JSON.stringify(value));
	}
}
