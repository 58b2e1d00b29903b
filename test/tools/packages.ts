/** Programs of others that product and tests start, and the Debian package that each is in: .ci/packages. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { programFolder } from '../../service/util/program.js';

/** Package by program, as the program is called. */
export const packageOf: ReadonlyMap<string, string> = new Map(
	readFileSync(join(programFolder, '.ci/packages'), 'utf8')
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('#'))
		.flatMap((line) => {
			const [, name, ...programs] = line.split(' ');
			return programs.map((program) => [program, name!] as const);
		}),
);

function isThere(program: string): boolean {
	// Debian keeps those of root out of everybody else's PATH.
	const folders = isAbsolute(program) ? [''] : [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
	return folders.some((folder) => {
		try {
			accessSync(join(folder, program), constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** The program's name, or at once an error that names its package: who starts it would wait in vain. */
export function needed(program: string): string {
	if (!isThere(program)) throw new Error(missing(program));
	return program;
}

/** A line for each program of the list that this machine lacks. */
export function missingPrograms(): string[] {
	return [...packageOf.keys()].filter((program) => !isThere(program)).map(missing);
}

function missing(program: string): string {
	const name = packageOf.get(program);
	return name
		? `${program} is missing: it is in the Debian package ${name}, which .ci/setup test installs`
		: `${program} is missing, and .ci/packages does not say which Debian package has it`;
}
