import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Backups } from '../backup/backups.js';
import { Settings } from '../settings/settings.js';
import { DeviceKey } from '../system/deviceKey.js';
import { KeyFiles, keyFolder } from '../system/keyFiles.js';
import { createLog } from '../system/log.js';
import { runningService } from './command.js';

/** A data folder as a command finds it, with or without a service that runs on it. */
export function openDataFolder(data: string) {
	const dataDir = resolve(data);
	if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}; name it with --data`);
	const root = new URL('../../../', import.meta.url);
	const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
	const keysDir = keyFolder(dataDir, fileURLToPath(root));
	// What goes wrong is said by the command itself.
	const log = createLog('silent');
	const settings = new Settings({ dataDir, log, key: new DeviceKey(new KeyFiles(keysDir, log)) });
	const backups = new Backups({ dataDir, keysDir, settings, version });
	return { dataDir, keysDir, log, backups, running: runningService(data) !== null };
}
