/** Hand-made mutants, one at a time, in a copy of the tree: the tests named for each must notice it. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { outcomeOf } from '../tools/outcome.js';
import { type HandMadeMutant, handMadeMutants } from './mutants.js';

const root = join(import.meta.dirname, '../../..');
const timeoutMs = 300_000;

interface Verdict {
	/** open: a busy machine gave the tests no chance, and none of them failed. */
	outcome: 'noticed' | 'unnoticed' | 'open';
	/** The tests that failed, or what else happened. */
	by: string;
}

/** How often a file is run until the machine is quiet enough for it. */
const tries = 3;
const words = { noticed: 'noticed    ', unnoticed: 'NOT NOTICED', open: 'open       ' };

/** Not of the tree, or made by what runs in it. */
const leftOut = ['node_modules', '.git', '.stryker-tmp', 'data'];

/** The tree with what was built of it. */
function copyOfTree(): string {
	const copy = mkdtempSync(join(tmpdir(), 'r58-mutate-'));
	for (const name of readdirSync(root).filter((name) => !leftOut.includes(name)))
		cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	return copy;
}

/** Builds what a change of `file` touches; the compiler's objections, or null. */
function build(copy: string, file: string): string | null {
	const bin = (name: string) => join(root, 'node_modules/.bin', name);
	const steps: [string, string[]][] = file.startsWith('pipelines/plugin/')
		? [['make', ['-s', '-C', 'pipelines/plugin']]]
		: // A mutant may leave something unused: only what stops the program counts.
			[[bin('tsc'), ['-p', '.', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false']]];
	if (file.startsWith('panel/')) steps.push([bin('vite'), ['build', '--logLevel', 'warn', '--config', 'panel/vite.config.ts']]);
	for (const [program, args] of steps) {
		const { status, signal, stdout, stderr } = spawnSync(program, args, { cwd: copy });
		if (status === null) throw new Error(`${program}: ended by ${signal}`);
		if (status !== 0) return `${stdout}${stderr}`;
	}
	return null;
}

/** Runs one test file as the runner does, in a process group of its own. */
function runTest(copy: string, name: string): Promise<Verdict> {
	return new Promise((resolve) => {
		const path = join(copy, 'dist/test', `${name}.test.js`);
		const child = spawn(process.execPath, [path], { cwd: copy, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => {
				output += text;
			});
		const end = () => {
			try {
				process.kill(-child.pid!, 'SIGKILL');
			} catch {
				// Nobody of the group is left.
			}
		};
		const timer = setTimeout(end, timeoutMs);
		child.on('exit', end);
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			const text = stripVTControlCharacters(output);
			const ending = signal ? `ended by ${signal}` : code ? `exit code ${code}` : null;
			const { failed, inconclusive, failure } = outcomeOf(text, ending);
			const titles = [...text.matchAll(/FAIL\S*\s+(.*)/g)].map(([, title]) => title!.trim());
			if (failed > 0) resolve({ outcome: 'noticed', by: titles.join('; ') || `${name}: ${failure}` });
			else if (inconclusive.length > 0) resolve({ outcome: 'open', by: `${name}: ${inconclusive.join('; ')}` });
			else resolve({ outcome: 'unnoticed', by: '' });
		});
	});
}

/** As `runTest`; what the machine was too busy for is run again. */
async function judgedBy(copy: string, name: string): Promise<Verdict> {
	for (let left = tries; ; left -= 1) {
		const verdict = await runTest(copy, name);
		if (verdict.outcome !== 'open' || left === 1) return verdict;
	}
}

/** Why a mutant no longer fits the tree, or null. */
function stale({ file, find }: HandMadeMutant): string | null {
	const places = readFileSync(join(root, file), 'utf8').split(find).length - 1;
	return places === 1 ? null : `${file} has ${places} places with ${JSON.stringify(find)}, not one: bring the table up to date`;
}

function putIn(copy: string, { file, find, replace }: HandMadeMutant): () => void {
	const path = join(copy, file);
	const text = readFileSync(path, 'utf8');
	writeFileSync(
		path,
		text.replace(find, () => replace),
	);
	return () => writeFileSync(path, text);
}

async function judge(copy: string, mutant: HandMadeMutant): Promise<Verdict> {
	const takeOut = putIn(copy, mutant);
	try {
		const objection = build(copy, mutant.file);
		if (objection !== null) return { outcome: 'noticed', by: `the build: ${objection.trim().split('\n')[0]}` };
		let open: Verdict | null = null;
		for (const name of mutant.tests) {
			const verdict = await judgedBy(copy, name);
			if (verdict.outcome === 'noticed') return verdict;
			if (verdict.outcome === 'open') open = verdict;
		}
		return open ?? { outcome: 'unnoticed', by: '' };
	} finally {
		takeOut();
		build(copy, mutant.file);
	}
}

/** Tries every mutant whose name, file or tests contain one of the words; true when each was noticed. */
export async function runHandMade(wanted: string[]): Promise<boolean> {
	const chosen = handMadeMutants.filter(({ name, file, tests }) => {
		const text = [name, file, ...tests].join(' ');
		return wanted.length === 0 || wanted.some((word) => text.includes(word));
	});
	const copy = copyOfTree();
	process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
	const bad = chosen.flatMap((mutant) => stale(mutant) ?? []);
	for (const name of new Set(chosen.flatMap(({ tests }) => tests))) {
		const { outcome, by } = await judgedBy(copy, name);
		if (outcome === 'noticed') bad.push(`${name} fails without any mutant: ${by}`);
	}
	if (bad.length > 0) {
		console.log(bad.join('\n'));
		return false;
	}
	const counts = { noticed: 0, unnoticed: 0, open: 0 };
	for (const mutant of chosen) {
		const started = performance.now();
		const { outcome, by } = await judge(copy, mutant);
		counts[outcome] += 1;
		const seconds = Math.round((performance.now() - started) / 1000);
		console.log(`${words[outcome]} ${mutant.name} (${mutant.file})  ${seconds} s  ${by}`);
	}
	const { noticed, unnoticed, open } = counts;
	console.log(`hand-made mutants: ${noticed} of ${chosen.length} noticed, ${unnoticed} not, ${open} open on a busy machine`);
	return noticed === chosen.length;
}
