import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Backups } from '../../backup/backups.js';
import { Settings } from '../../settings/settings.js';
import { DeviceKey } from '../../store/deviceKey.js';
import { KeyFiles, keyFolder } from '../../store/keyFiles.js';
import { createLog } from '../../util/log.js';
import { programFolder, programVersion } from '../../util/program.js';
import { runningService } from './command.js';

/** A data folder as a command finds it, with or without a running service. */
export function openDataFolder(data: string) {
	const dataDir = resolve(data);
	if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}; name it with --data`);
	const keysDir = keyFolder(dataDir, programFolder);
	// The command prints errors itself.
	const log = createLog('silent');
	const settings = new Settings({ dataDir, log, key: new DeviceKey(new KeyFiles(keysDir, log)) });
	const backups = new Backups({ dataDir, keysDir, settings, version: programVersion() });
	return { dataDir, keysDir, log, backups, running: runningService(data) !== null };
}
