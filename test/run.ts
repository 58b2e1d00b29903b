/**
 * Runs the tests: `node dist/test/run.js [--long] [filter…]`. Each test/**\/*.test.ts whose path contains one of the filters runs,
 * as it was built, in a process group of its own: two at once, then those that say so alone (plan.ts). The last line is
 * `tests: N passed, N failed`; above it stand those that were left out, that failed, and that a busy machine gave no chance to be
 * judged: of more files than three that is a failure too.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { failuresIn, type Outcome, outcomeOf, wordFor } from './tools/outcome.js';
import { missingPrograms } from './tools/packages.js';
import { planOf } from './tools/plan.js';

const here = import.meta.dirname;
// Runs from dist/test.
const sources = join(here, '../../test');
/** Ends a file that hangs. The long counts take up to an hour of show and its reading. */
const timeoutMs = Number(process.env.R58_TEST_TIMEOUT_MS ?? (process.argv.includes('--long') ? 7_200_000 : 900_000));
/** Of more files than these nothing is known after a run. */
const inconclusiveMost = 3;
/** What a child may say before the rest is left out. */
const maxOutput = 4 * 1024 * 1024;

type Result = Outcome & { output: string };

/** Those that stand in the sources: what was built of a file that is gone lies in dist for ever. */
function testFiles(filters: string[]): string[] {
	return readdirSync(sources, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.test.ts'))
		.filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
}

/** Ends the child and whatever it started, hosts and browsers too. */
function killGroup(child: ChildProcess): void {
	try {
		process.kill(-child.pid!, 'SIGKILL');
	} catch {
		// Nobody of the group is left.
	}
}

const running = new Set<ChildProcess>();

function runFile(file: string, environment: NodeJS.ProcessEnv): Promise<Result> {
	return new Promise((resolve) => {
		const built = join(here, file.replace(/\.ts$/, '.js'));
		const child = spawn(process.execPath, [built], { detached: true, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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
			const text = stripVTControlCharacters(output);
			resolve({ ...outcomeOf(text, ending), output: text });
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

const lacking = missingPrograms();
if (lacking.length > 0) {
	console.log(`${lacking.join('\n')}\ntests: 0 passed, ${lacking.length} failed`);
	process.exit(1);
}

function nameOf(file: string): string {
	return file.replace(/\.ts$/, '');
}

async function judge(file: string): Promise<void> {
	const started = performance.now();
	const result = await runFile(file, environment);
	results.set(file, result);
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	const { passed, failed, skipped, inconclusive, failure, output } = result;
	const left = skipped.length > 0 ? `  (${skipped.length} skipped)` : '';
	console.log(`${wordFor(result)} ${nameOf(file)}  ${passed}/${passed + failed + inconclusive.length}  ${seconds} s${left}`);
	if (failed > 0) console.log(indent(`${failure ? `${failure}\n` : ''}${output}`));
	else for (const line of inconclusive) console.log(indent(`inconclusive: ${line}`));
}

/** One file after the other, whoever else takes from the list too. */
async function judgeAll(list: string[]): Promise<void> {
	for (let file = list.shift(); file; file = list.shift()) await judge(file);
}

const { together, alone } = planOf(files, (file) => readFileSync(join(sources, file), 'utf8'));
if (files.length > 3) warmUp();
await Promise.all([judgeAll(together), judgeAll(together)]);
await judgeAll(alone);

const all = [...results.entries()];
const count = (of: (result: Result) => number): number => all.reduce((sum, [, result]) => sum + of(result), 0);
const skipped = count((result) => result.skipped.length);
if (skipped > 0) {
	console.log(`skipped: ${skipped}`);
	for (const [file, { skipped }] of all) if (skipped.length > 0) console.log(indent(`${nameOf(file)}: ${skipped.join(' · ')}`));
}
const open = all.filter(([, result]) => result.inconclusive.length > 0).map(([file]) => nameOf(file));
if (open.length > 0) console.log(`inconclusive: ${count((result) => result.inconclusive.length)} in ${open.join(', ')}`);
let failed = count((result) => result.failed);
if (failed > 0) console.log('failed:');
for (const [file, { failed, failure, output }] of all)
	if (failed > 0)
		for (const line of [...(failure ? [failure] : []), ...failuresIn(output)]) console.log(indent(`${nameOf(file)}: ${line}`));
if (open.length > inconclusiveMost) {
	console.log(
		`more than ${inconclusiveMost} files could not be judged: run the tests again when the machine has nothing else to do`,
	);
	failed++;
}
if (files.length === 0) {
	console.log('no test file matches');
	failed++;
}
console.log(`tests: ${count((result) => result.passed)} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
