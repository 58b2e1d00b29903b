/**
 * Runs the tests: `node dist/test/run.js [--long] [filter…]`. Each dist/test/**\/*.test.js whose path contains one of the
 * filters runs in a process group of its own: first those that judge no times, three at once, then the others
 * one after the other. The last line is `tests: N passed, N failed`. A few files that failed are judged once more, at the end
 * and alone: what passes then is named in a line `unsteady: …`, with what it said the first time above it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const here = import.meta.dirname;
/** The long counts take up to an hour of show and its reading. */
const timeoutMs = Number(process.env.R58_TEST_TIMEOUT_MS ?? (process.argv.includes('--long') ? 7_200_000 : 420_000));
/** These judge times or frames that only a machine with time to spare makes. */
const alone =
	/^media\/(endurance|faults|killed|leaks|lipSync|loss|lossShow|mixerSound|parts|recovery|take|webrtc)\.|^browser\/(avSync|badLine)\./;
/** Of those that run at once, one is a browser's and one an engine's as long as there are any; the others take little. */
const browser = /^browser\//;
const engine = /^(media|qemu|show|webrtc)\//;
/** More files than these that fail are no accident of a busy machine: none of them gets another try. */
const unsteadyMost = 4;
/** What a child may say before the rest is left out. */
const maxOutput = 4 * 1024 * 1024;

interface Result {
	passed: number;
	failed: number;
	/** What ended it other than its tests. */
	problem: string | null;
	output: string;
}

function testFiles(filters: string[]): string[] {
	return readdirSync(here, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.test.js'))
		.filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
		.sort()
		.map((name) => join(here, name));
}

/** Ends the child and whatever it started, hosts and browsers too. */
function killGroup(child: ChildProcess): void {
	try {
		process.kill(-child.pid!, 'SIGKILL');
	} catch {
		// Nobody of the group is left.
	}
}

function countOf(output: string, word: 'Total' | 'Passed'): number | null {
	const match = [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'gm'))].at(-1);
	return match ? Number(match[1]) : null;
}

function resultOf(output: string, ending: string | null): Result {
	const total = countOf(output, 'Total');
	const passed = countOf(output, 'Passed') ?? 0;
	if (total === null) return { passed: 0, failed: 1, problem: ending ?? 'ended before its tests did', output };
	const failed = total - passed;
	// Tests that all passed in a process that then crashed are no success; a failed test makes the exit code 1 by itself.
	if (ending !== null && failed === 0) return { passed, failed: 1, problem: ending, output };
	return { passed, failed, problem: ending === 'exit code 1' ? null : ending, output };
}

const running = new Set<ChildProcess>();

function runFile(path: string, environment: NodeJS.ProcessEnv): Promise<Result> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [path], { detached: true, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
		running.add(child);
		let output = '';
		let timedOut = false;
		const collect = (chunk: string): void => {
			if (output.length < maxOutput) output += chunk;
		};
		child.stdout.setEncoding('utf8').on('data', collect);
		child.stderr.setEncoding('utf8').on('data', collect);
		const timer = setTimeout(() => {
			timedOut = true;
			killGroup(child);
		}, timeoutMs);
		child.on('error', (error) => collect(`${error.message}\n`));
		child.on('exit', () => killGroup(child));
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			running.delete(child);
			const ending = timedOut
				? `not done within ${timeoutMs / 1000} s`
				: signal
					? `ended by ${signal}`
					: code
						? `exit code ${code}`
						: null;
			resolve(resultOf(stripVTControlCharacters(output), ending));
		});
	});
}

/**
 * What most tests start is read from a cold disk once, GStreamer's list of plugins is made once, and not by several at a time
 * while something waits for them.
 */
function warmUp(): void {
	const browserArgs = ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', 'about:blank'];
	for (const [program, args] of [
		['gst-inspect-1.0', []],
		['chromium', browserArgs],
	] as [string, string[]][])
		spawnSync(program, args, { stdio: 'ignore', timeout: 120_000 });
}

function indent(text: string): string {
	return text.trim().replace(/^/gm, '    ');
}

const args = process.argv.slice(2);
const environment = { ...process.env, ...(args.includes('--long') && { R58_LONG: '1' }) };
const files = testFiles(args.filter((arg) => !arg.startsWith('--')));
const results = new Map<string, Result>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		for (const child of running) killGroup(child);
		process.exit(130);
	});
}

async function judge(path: string): Promise<void> {
	const started = performance.now();
	const result = await runFile(path, environment);
	results.set(path, result);
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	const name = relative(here, path).replace(/\.js$/, '');
	console.log(`${result.failed ? 'FAIL' : 'ok  '} ${name}  ${result.passed}/${result.passed + result.failed}  ${seconds} s`);
	if (result.failed) console.log(indent(`${result.problem ? `${result.problem}\n` : ''}${result.output}`));
}

function matches(path: string, pattern: RegExp): boolean {
	return pattern.test(relative(here, path));
}

/** One list after the other, and one file of them after the other, whoever else takes from the lists too. */
async function judgeAll(lists: string[][]): Promise<void> {
	for (const list of lists) for (let path = list.shift(); path; path = list.shift()) await judge(path);
}

const single = files.filter((path) => matches(path, alone));
const together = files.filter((path) => !single.includes(path));
const browsers = together.filter((path) => matches(path, browser));
const engines = together.filter((path) => matches(path, engine));
const light = together.filter((path) => !browsers.includes(path) && !engines.includes(path));
if (together.length > 3) warmUp();
await Promise.all([
	judgeAll([browsers, engines, light]),
	judgeAll([engines, light, browsers]),
	judgeAll([light, engines, browsers]),
]);
await judgeAll([single]);
const failing = [...results].filter(([, { failed }]) => failed > 0).map(([path]) => path);
if (files.length > 1 && failing.length > 0 && failing.length <= unsteadyMost) {
	await judgeAll([[...failing]]);
	const unsteady = failing.filter((path) => results.get(path)!.failed === 0).map((path) => relative(here, path));
	if (unsteady.length > 0) console.log(`unsteady: ${unsteady.join(', ')}`);
}
const sum = (count: 'passed' | 'failed') => [...results.values()].reduce((all, result) => all + result[count], 0);
const passed = sum('passed');
const failed = files.length === 0 ? 1 : sum('failed');
if (files.length === 0) console.log('no test file matches');
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
