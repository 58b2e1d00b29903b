import type { SceneContent } from '../contract/scenes.js';
import { validate } from '../util/validation.js';
import type { Database } from './database.js';
import { parsed, storedSceneSchema } from './entries.js';
import type { LeftOut } from './leftOut.js';

export class Scenes {
	#database: Database;

	constructor(
		database: Database,
		private readonly leftOut: LeftOut,
	) {
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

	/** The usable ones, in the order they were made. */
	list(): SceneContent[] {
		const rows = this.#database.connection
			.prepare<unknown[], { id: string; label: string; layers: string }>('SELECT id, label, layers FROM scenes ORDER BY rowid')
			.all();
		const read = ({ layers, ...row }: (typeof rows)[0]) =>
			validate(storedSceneSchema, { ...row, layers: parsed(storedSceneSchema.shape.layers, layers, 'layers') }, 'scene');
		return this.leftOut.fitting('scenes', rows, ({ id }) => id, read);
	}

	remove(id: string): void {
		this.#database.durably(() => this.#database.connection.prepare('DELETE FROM scenes WHERE id = ?').run(id));
	}
}
