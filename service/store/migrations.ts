/**
 * The database's versions in order: entry n takes it from user_version n to n + 1. Entries are never changed once
 * released, only added. Times are UTC, ISO 8601; JSON columns hold the shapes of contract/.
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
	`
	ALTER TABLE tokens ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
	CREATE TABLE users (
		id TEXT PRIMARY KEY,
		name TEXT NOT NULL,
		key TEXT NOT NULL UNIQUE,
		role TEXT NOT NULL,
		password TEXT NOT NULL,
		created_at TEXT NOT NULL,
		login_at TEXT
	) STRICT;
	CREATE TABLE sessions_of_both (
		hash BLOB PRIMARY KEY,
		id TEXT NOT NULL UNIQUE,
		token TEXT REFERENCES tokens (id) ON DELETE CASCADE,
		user TEXT REFERENCES users (id) ON DELETE CASCADE,
		address TEXT NOT NULL,
		agent TEXT NOT NULL,
		created_at TEXT NOT NULL,
		seen_at TEXT NOT NULL,
		expires_at TEXT NOT NULL,
		CHECK ((token IS NULL) <> (user IS NULL))
	) STRICT;
	INSERT INTO sessions_of_both (hash, id, token, address, agent, created_at, seen_at, expires_at)
		SELECT hash, 'session-' || lower(hex(randomblob(5))), token, '', '',
			strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), expires_at FROM sessions;
	DROP TABLE sessions;
	ALTER TABLE sessions_of_both RENAME TO sessions;
	CREATE INDEX sessions_token ON sessions (token);
	CREATE INDEX sessions_user ON sessions (user);
	CREATE TABLE audit (
		seq INTEGER PRIMARY KEY AUTOINCREMENT,
		at TEXT NOT NULL,
		who TEXT NOT NULL,
		role TEXT,
		address TEXT NOT NULL,
		action TEXT NOT NULL,
		subject TEXT,
		detail TEXT,
		outcome TEXT NOT NULL
	) STRICT;
	CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
	`,
	`
	DROP TRIGGER audit_is_not_rewritten;
	ALTER TABLE audit ADD COLUMN kind TEXT NOT NULL DEFAULT 'changes';
	ALTER TABLE audit ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
	ALTER TABLE audit ADD COLUMN last_at TEXT;
	UPDATE audit SET kind = CASE
		WHEN outcome <> 'done' AND role IS NULL AND who = 'nobody' THEN 'strangers'
		WHEN outcome <> 'done' THEN 'refused'
		WHEN coalesce(role, '') NOT IN ('operator', 'technician') THEN 'visits'
		WHEN action LIKE '% /api/session' THEN 'logins'
		WHEN action LIKE '% /api/users%' OR action LIKE '% /api/tokens%' OR action LIKE '% /api/account%'
			OR action LIKE '% /api/sessions%' OR action LIKE '% /api/setup%' OR action LIKE '% /api/certificate%' THEN 'accounts'
		ELSE 'changes' END;
	CREATE INDEX audit_kind ON audit (kind, seq);
	CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE OF seq, at, kind, who, role, address, action, subject, detail, outcome ON audit
		BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
	`,
	`
	ALTER TABLE tokens ADD COLUMN maker TEXT;
	ALTER TABLE tokens ADD COLUMN maker_session TEXT;
	CREATE INDEX tokens_maker ON tokens (maker);
	DELETE FROM sessions WHERE hash IN (SELECT hash FROM
		(SELECT hash, row_number() OVER (PARTITION BY user, token ORDER BY seen_at DESC, rowid DESC) AS place FROM sessions)
		WHERE place > 20);
	`,
];
