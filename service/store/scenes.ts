import type { Layer, SceneContent } from '../api/schema.js';
import type { Database } from './database.js';

export class Scenes {
	#database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	put(scene: SceneContent): void {
		this.#database.durably(() =>
			this.#database.connection
				.prepare(
					`INSERT INTO scenes (id, label, layers) VALUES (?, ?, ?)
					ON CONFLICT (id) DO UPDATE SET label = excluded.label, layers = excluded.layers`,
				)
				.run(scene.id, scene.label, JSON.stringify(scene.layers)),
		);
	}

	/** In the order they were made. */
	list(): SceneContent[] {
		return this.#database.connection
			.prepare<unknown[], { id: string; label: string; layers: string }>('SELECT id, label, layers FROM scenes ORDER BY rowid')
			.all()
			.map(({ id, label, layers }) => ({ id, label, layers: JSON.parse(layers) as Layer[] }));
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM scenes WHERE id = ?').run(id));
	}
}
