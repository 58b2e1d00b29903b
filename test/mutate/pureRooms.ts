/** The rooms of pure rules under StrykerJS: each of its mutants is to be killed by the unit tests, or has a kept reason. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Room, rooms } from './rooms.js';
import { survivors } from './survivors.js';

/** Per cent, of each room. */
const leastScore = 80;
const root = join(import.meta.dirname, '../../..');

/** What is used of StrykerJS. */
interface Mutant {
	fileName: string;
	replacement: string;
	status: string;
	location: Record<'start' | 'end', { line: number; column: number }>;
}
interface StrykerModule {
	Stryker: new (options: object) => { runMutationTest(): Promise<Mutant[]> };
}
/** By a variable: it is large, and everything else is to build without it. */
const strykerPackage: string = '@stryker-mutator/core';

/** The mutants stand side by side in one build; a variable of the environment says which of them counts. */
async function mutantsOf({ files, tests }: Room): Promise<Mutant[]> {
	const { Stryker } = (await import(strykerPackage)) as StrykerModule;
	return new Stryker({
		mutate: files,
		plugins: [join(import.meta.dirname, 'uvuRunner.js')],
		testRunner: 'uvu',
		uvuFiles: tests.map((name) => `unit/${name}`),
		coverageAnalysis: 'perTest',
		buildCommand: 'tsc -p . --noUnusedLocals false --noUnusedParameters false',
		ignorePatterns: ['dist', 'data', 'pipelines/plugin/build*', 'systemd/build'],
		concurrency: 1,
		// Rewriting it takes the compiler's old interface; nothing in it points out of the tree.
		tsconfigFile: 'none',
		logLevel: 'error',
		reporters: [],
		allowConsoleColors: false,
	}).runMutationTest();
}

/** What is mutated, as it stands in the file. */
function codeOf({ fileName, location: { start, end } }: Mutant): string {
	const lines = readFileSync(fileName, 'utf8')
		.split('\n')
		.slice(start.line - 1, end.line);
	const last = lines.length - 1;
	lines[last] = lines[last]!.slice(0, end.column - 1);
	lines[0] = lines[0]!.slice(start.column - 1);
	return inOneLine(lines.join('\n'));
}

function inOneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

/** Mutates the rooms that are named, or all; true when each reaches the score and nothing survives without a reason. */
export async function runRooms(names: string[]): Promise<boolean> {
	process.chdir(root);
	const unknown = names.filter((name) => !rooms[name]);
	if (unknown.length > 0) throw new Error(`there is no room ${unknown.join(', ')}; there are ${Object.keys(rooms).join(', ')}`);
	const holes: string[] = [];
	const used = new Set<object>();
	let [noticed, all, explained, poor] = [0, 0, 0, 0];
	for (const name of names.length > 0 ? names : Object.keys(rooms)) {
		const mutants = await mutantsOf(rooms[name]!);
		const of = (...states: string[]) => mutants.filter(({ status }) => states.includes(status));
		const killed = of('Killed', 'Timeout').length;
		const left = of('Survived', 'NoCoverage');
		noticed += killed;
		all += killed + left.length;
		for (const mutant of left) {
			const file = mutant.fileName.slice(root.length).replace(/^\//, '');
			const code = codeOf(mutant);
			const reason = survivors.find(
				(known) => known.file === file && known.code === code && [undefined, mutant.replacement].includes(known.replacement),
			);
			if (reason) {
				used.add(reason);
				explained += 1;
			} else holes.push(`${file}:${mutant.location.start.line} ${code}  →  ${inOneLine(mutant.replacement)}`);
		}
		const score = (100 * killed) / (killed + left.length);
		poor += Number(!(score >= leastScore));
		console.log(`${name}: ${killed} of ${killed + left.length} noticed (${score.toFixed(1)} %)`);
	}
	const score = (100 * noticed) / all;
	for (const hole of holes) console.log(`survived: ${hole}`);
	if (names.length === 0)
		for (const { file, code } of survivors.filter((known) => !used.has(known)))
			console.log(`no survivor any more: ${file} ${code}`);
	console.log(`mutants: ${noticed} of ${all} noticed (${score.toFixed(1)} %), ${explained} explained, ${holes.length} not`);
	return poor === 0 && holes.length === 0;
}
