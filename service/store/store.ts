import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultReport } from '../contract/faultKinds.js';
import type { RtpInput } from '../contract/sources.js';
import type { TargetChoice } from '../contract/targets.js';
import type { Tables } from '../util/boundedMap.js';
import { limits } from '../util/limits.js';
import { Audit } from './audit.js';
import { openDatabase } from './database.js';
import { Documents } from './documents.js';
import { storedRtpSourceSchema, storedTargetSchema } from './entries.js';
import { Guests } from './guests.js';
import { LeftOut } from './leftOut.js';
import { LogEntries } from './logEntries.js';
import { Recordings } from './recordings.js';
import { Scenes } from './scenes.js';
import { Sessions } from './sessions.js';
import { Settings } from './settings.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

/** The part of an RTP source that survives a restart. */
export interface StoredRtpSource {
	id: string;
	label: string;
	rtp: RtpInput;
}

/** Everything that outlives a restart. */
export interface Store {
	users: Users;
	tokens: Tokens;
	sessions: Sessions;
	audit: Audit;
	guests: Guests;
	scenes: Scenes;
	recordings: Recordings;
	settings: Settings;
	rtpSources: Documents<StoredRtpSource>;
	targets: Documents<TargetChoice>;
	showLog: LogEntries;
	/** Entries that could not be used. */
	leftOut: LeftOut;
	/** Tables that clients can grow. */
	readonly tables: Tables;
	/** Set when the database was damaged and a new one was created. */
	fault: FaultReport | null;
	close(): void;
}

/** Opens DATA/studio.db. Throws StudioError `disk`, or `conflict` when a newer version wrote it. */
export function openStore(dataDir: string, leftOut = new LeftOut()): Store {
	const path = join(dataDir, 'studio.db');
	const { database, movedTo } = openDatabase(path);
	// Password hashes are not for other users of this machine.
	for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
	const users = new Users(database);
	const tokens = new Tokens(database);
	const audit = new Audit(database);
	const sessions = new Sessions(database, users, tokens);
	const showLog = new LogEntries(database);
	return {
		users,
		tokens,
		sessions,
		audit,
		guests: new Guests(database, leftOut),
		scenes: new Scenes(database, leftOut),
		recordings: new Recordings(database, leftOut),
		settings: new Settings(database, leftOut),
		rtpSources: new Documents(database, leftOut, { collection: 'rtp-sources', schema: storedRtpSourceSchema }),
		targets: new Documents(database, leftOut, { collection: 'targets', schema: storedTargetSchema }),
		leftOut,
		showLog,
		get tables() {
			const accounts = { size: users.size, most: limits.accounts, forgotten: 0 };
			return { accounts, sessions: sessions.table, 'show log entries': showLog.table, ...tokens.tables, ...audit.tables };
		},
		fault: movedTo === null ? null : damaged(movedTo),
		close: () => {
			audit.flush();
			database.close();
		},
	};
}

function damaged(movedTo: string): FaultReport {
	return { code: 'database-damaged', subject: 'store', params: { keptAs: movedTo } };
}
