import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the program, with package.json in it; this file runs from dist/service. */
export const programFolder = fileURLToPath(new URL('../../', import.meta.url));

/** The version of the program. */
export function programVersion(): string {
	return (JSON.parse(readFileSync(join(programFolder, 'package.json'), 'utf8')) as { version: string }).version;
}
