/** Faults put in by hand, one at a time, in a copy of the tree: each has to be noticed by the tests that are named for it. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HandMadeFault, handMadeFaults } from './faults.js';

const root = join(import.meta.dirname, '../../..');
const timeoutMs = 300_000;

interface Verdict {
	killed: boolean;
	/** The tests that failed, or what else happened. */
	by: string;
}

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
		: // A fault may leave something unused: only what stops the program counts.
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
			const failed = [...output.matchAll(/FAIL\S*\s+(.*)/g)].map(([, title]) => title!.trim());
			const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
			const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
			if (code === 0 && total > 0 && passed === total) resolve({ killed: false, by: '' });
			else resolve({ killed: true, by: failed.join('; ') || `${name}: ${signal ?? `exit code ${code}`}` });
		});
	});
}

/** What does not fit the tree any more, in words. */
function stale({ file, find }: HandMadeFault): string | null {
	const places = readFileSync(join(root, file), 'utf8').split(find).length - 1;
	return places === 1 ? null : `${file} has ${places} places with ${JSON.stringify(find)}, not one: bring the table up to date`;
}

function putIn(copy: string, { file, find, replace }: HandMadeFault): () => void {
	const path = join(copy, file);
	const text = readFileSync(path, 'utf8');
	writeFileSync(
		path,
		text.replace(find, () => replace),
	);
	return () => writeFileSync(path, text);
}

async function judge(copy: string, fault: HandMadeFault): Promise<Verdict> {
	const takeOut = putIn(copy, fault);
	try {
		const objection = build(copy, fault.file);
		if (objection !== null) return { killed: true, by: `the build: ${objection.trim().split('\n')[0]}` };
		for (const name of fault.tests) {
			const verdict = await runTest(copy, name);
			if (verdict.killed) return verdict;
		}
		return { killed: false, by: '' };
	} finally {
		takeOut();
		build(copy, fault.file);
	}
}

/** Every fault whose name, file or tests contain one of the words; true when each was noticed. */
export async function runHandMade(words: string[]): Promise<boolean> {
	const chosen = handMadeFaults.filter(({ fault, file, tests }) => {
		const text = [fault, file, ...tests].join(' ');
		return words.length === 0 || words.some((word) => text.includes(word));
	});
	const copy = copyOfTree();
	process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
	const bad = chosen.flatMap((fault) => stale(fault) ?? []);
	for (const name of new Set(chosen.flatMap(({ tests }) => tests))) {
		const { killed, by } = await runTest(copy, name);
		if (killed) bad.push(`${name} fails without any fault: ${by}`);
	}
	if (bad.length > 0) {
		console.log(bad.join('\n'));
		return false;
	}
	let noticed = 0;
	for (const fault of chosen) {
		const started = performance.now();
		const { killed, by } = await judge(copy, fault);
		noticed += Number(killed);
		const seconds = Math.round((performance.now() - started) / 1000);
		console.log(`${killed ? 'noticed    ' : 'NOT NOTICED'} ${fault.fault} (${fault.file})  ${seconds} s  ${by}`);
	}
	console.log(`hand-made faults: ${noticed} of ${chosen.length} noticed`);
	return noticed === chosen.length;
}
