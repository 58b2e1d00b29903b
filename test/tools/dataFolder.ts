/** Data folders with a show in them, and how to compare them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Backups } from '../../service/backup/backups.js';
import { presentKeys, presentTables } from '../../service/backup/content.js';
import { Settings } from '../../service/settings/settings.js';
import { DeviceKey } from '../../service/store/deviceKey.js';
import { KeyFiles } from '../../service/store/keyFiles.js';
import { openStore } from '../../service/store/store.js';
import { createLog } from '../../service/util/log.js';

export const silent = createLog('silent', new Writable({ write: (_chunk, _encoding, done) => done() }));

export interface Folder {
	dataDir: string;
	keysDir: string;
}

const layer = { source: 'hdmi1', x: 0, y: 0, w: 1, h: 1, z: 0, fit: 'contain', alpha: 1 } as const;
const crop = { left: 0, top: 0, right: 0, bottom: 0 };
export const secrets = ['canary-turn', 'canary-cloud', 'canary-key'];

/** A show called `name`: `scenes` scenes and one of everything else, with secrets. */
export function makeFolder(name: string, scenes = 3): Folder {
	const dataDir = mkdtempSync(join(tmpdir(), 'r58-folder-'));
	const keysDir = join(dataDir, 'tls');
	mkdirSync(keysDir, { mode: 0o700 });
	writeFileSync(join(keysDir, 'authority.key'), `canary-key of ${name}\n`);
	const store = openStore(dataDir);
	for (let n = 0; n < scenes; n += 1)
		store.scenes.put({ id: `scene-${n}`, label: `${name} ${n}`, layers: [{ ...layer, crop, border: null }] });
	store.guests.put({ id: `guest-${name.toLowerCase()}`, name, createdAt: '2026-01-01T00:00:00.000Z' });
	store.rtpSources.put({
		id: 'rtp-1',
		label: name,
		rtp: { video: { port: 5004, codec: 'h264' }, audio: null, listen: 'loopback' },
	});
	store.targets.put({
		id: 'target-1',
		kind: 'rtp',
		label: name,
		host: '192.0.2.1',
		videoPort: 5006,
		audioPort: null,
		enabled: false,
	});
	store.settings.set('strips', { master: { gainDb: -6 } });
	store.settings.set('boot', { crashes: 0, running: true });
	store.tokens.create({ label: name, role: 'operator' });
	store.close();
	const settings = settingsOf({ dataDir, keysDir });
	settings.patch({
		network: {
			servers: [{ name: 'ours', urls: ['turn:turn.example.org'], secret: 'canary-turn' }],
			cloudflare: { keyId: 'k1', apiToken: 'canary-cloud' },
			publicAddress: `192.0.2.${name.length}`,
		},
	});
	return { dataDir, keysDir };
}

export function settingsOf({ dataDir, keysDir }: Folder): Settings {
	return new Settings({ dataDir, log: silent, key: new DeviceKey(new KeyFiles(keysDir, silent)) });
}

export function backupsOf({ dataDir, keysDir }: Folder): Backups {
	const settings = settingsOf({ dataDir, keysDir });
	return new Backups({ dataDir, keysDir, settings, version: '0.1.0' });
}

/** All that a backup is about. */
export function stateOf({ dataDir, keysDir }: Folder) {
	const { current } = settingsOf({ dataDir, keysDir });
	return { settings: current, tables: presentTables(dataDir, ['show', 'account']), keys: presentKeys(keysDir) };
}
