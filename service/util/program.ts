import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program folder, which has package.json; this file runs from dist/service. */
export const programFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** GST_PLUGIN_PATH with our plugin. */
export const pluginPath = [join(programFolder, 'pipelines/plugin/build'), process.env.GST_PLUGIN_PATH].filter(Boolean).join(':');

/** The version of the program. */
export function programVersion(): string {
	return (JSON.parse(readFileSync(join(programFolder, 'package.json'), 'utf8')) as { version: string }).version;
}
