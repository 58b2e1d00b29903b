/**
 * The database's versions in order: entry n takes it from user_version n to n + 1. Entries are never changed once
 * released, only added. Times are UTC, ISO 8601; JSON columns hold the shapes of api/schema.ts.
 */
export const migrations: readonly string[] = [
	`
	CREATE TABLE tokens (
		id TEXT PRIMARY KEY,
		label TEXT NOT NULL,
		role TEXT NOT NULL,
		guest TEXT,
		streamers TEXT,
		hash BLOB NOT NULL UNIQUE,
		created_at TEXT NOT NULL,
		expires_at TEXT
	) STRICT;
	CREATE INDEX tokens_guest ON tokens (guest);
	CREATE TABLE sessions (
		hash BLOB PRIMARY KEY,
		token TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
		expires_at TEXT NOT NULL
	) STRICT;
	CREATE INDEX sessions_token ON sessions (token);
	CREATE TABLE guests (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
	CREATE TABLE scenes (id TEXT PRIMARY KEY, label TEXT NOT NULL, layers TEXT NOT NULL) STRICT;
	CREATE TABLE recordings (id TEXT PRIMARY KEY, started_at TEXT NOT NULL, document TEXT NOT NULL) STRICT;
	CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
	`,
	`
	CREATE TABLE documents (
		collection TEXT NOT NULL,
		id TEXT NOT NULL,
		document TEXT NOT NULL,
		PRIMARY KEY (collection, id)
	) STRICT;
	`,
	`
	ALTER TABLE tokens ADD COLUMN used_at TEXT;
	`,
	`
	CREATE TABLE show_log (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		at_ms INTEGER NOT NULL,
		run TEXT NOT NULL,
		kind TEXT NOT NULL,
		subject TEXT,
		search TEXT NOT NULL,
		document TEXT NOT NULL
	) STRICT;
	CREATE INDEX show_log_at ON show_log (at_ms);
	CREATE INDEX show_log_run ON show_log (run);
	`,
];
