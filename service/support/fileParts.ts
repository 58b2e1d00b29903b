import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSettings } from '../settings/file.js';
import { secretsOf } from '../settings/secrets.js';
import { settingsFile } from '../settings/settings.js';
import { journal } from '../system/journal.js';
import { messageOf } from '../util/errors.js';
import { json, type Part } from './part.js';
import { shownSettings } from './showParts.js';

/** From the data folder of a service that is not running. */
export function fileParts(dataDir: string, why: string): Part[] {
	return [
		{ file: 'service.txt', about: 'why the service did not provide the bundle', make: () => `${why}\n` },
		{ file: 'settings.json', about: 'settings', make: async () => json(shownSettings((await settingsIn(dataDir)).values)) },
		{
			file: 'log.ndjson',
			about: 'the last lines of the log, from the journal',
			make: journalText,
		},
		{ file: 'folder.txt', about: 'names and sizes in the data folder', make: () => listing(dataDir) },
	];
}

/** Secrets from the settings in the folder; none when they are not readable, and then they are not in the bundle either. */
export async function secretsIn(dataDir: string): Promise<string[]> {
	return settingsIn(dataDir).then(
		({ values }) => secretsOf(values),
		() => [],
	);
}

async function settingsIn(dataDir: string) {
	return parseSettings(await readFile(join(dataDir, settingsFile), 'utf8'));
}

async function journalText(): Promise<string> {
	const lines = await journal();
	if (lines.length === 0) throw new Error('the journal has no lines of the service');
	return `${lines.join('\n')}\n`;
}

async function listing(dataDir: string): Promise<string> {
	const names = (await readdir(dataDir, { recursive: true })).sort().slice(0, 5000);
	const lines = names.map(async (name) => {
		const { size, mtime } = await stat(join(dataDir, name));
		return `${String(size).padStart(14)}  ${mtime.toISOString()}  ${name}`;
	});
	const told = await Promise.allSettled(lines);
	return `${told.map((line) => (line.status === 'fulfilled' ? line.value : messageOf(line.reason))).join('\n')}\n`;
}
