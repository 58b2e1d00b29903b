import { z } from 'zod';
import { validate } from '../util/validation.js';
import type { Database } from './database.js';
import { parsed } from './entries.js';
import type { LeftOut } from './leftOut.js';

/** What is stored, and what people call it; null: it belongs to this machine and moment, and is not in backups. */
export const settingsKeys = {
	strips: 'faders and mutes',
	sources: 'names, delays and colours of sources',
	inputs: 'which input is where',
	guestCaps: 'limits of guests',
	showPlan: 'the planned length',
	/** How the last starts went. */
	boot: null,
	/** What is on air. */
	buses: null,
	pastFaults: null,
	/** The restore that was carried out last. */
	restored: null,
} as const satisfies Record<string, string | null>;
export type SettingsKey = keyof typeof settingsKeys;

/** Values by name, as JSON: the scene on program, audio strips, changed properties of sources. */
export class Settings {
	#database: Database;

	constructor(
		database: Database,
		private readonly leftOut: LeftOut,
	) {
		this.#database = database;
	}

	/** Null when it was never set, or no longer fits the schema. */
	get<T>(key: SettingsKey, schema: z.ZodType<T>): T | null {
		return this.#fitting(key, schema)[0] ?? null;
	}

	/** One value per name; one that does not fit is skipped. */
	record<T>(key: SettingsKey, schema: z.ZodType<T>): Record<string, T> {
		const all = this.#fitting(key, z.record(z.string(), z.unknown()))[0] ?? {};
		const read = ([name, value]: [string, unknown]) => [name, validate(schema, value, key)] as const;
		return Object.fromEntries(this.leftOut.fitting('settings', Object.entries(all), ([name]) => `${key}.${name}`, read));
	}

	#fitting<T>(key: SettingsKey, schema: z.ZodType<T>): T[] {
		const rows = this.#database.connection
			.prepare<unknown[], { value: string }>('SELECT value FROM settings WHERE key = ?')
			.all(key);
		return this.leftOut.fitting(
			'settings',
			rows,
			() => key,
			({ value }) => parsed(schema, value, key),
		);
	}

	set(key: SettingsKey, value: unknown): void {
		this.#database.connection
			.prepare('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
			.run(key, JSON.stringify(value));
	}
}
