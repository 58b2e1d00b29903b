/**
 * Runs the benches: `node dist/test/bench/run.js [--long] [filter…]`. One JSON line per figure on stdout, progress on
 * stderr. Slow figures are figures; only a bench that breaks, or is not done in its time, makes the exit code 1.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** In this order; s each may take. */
const benches = {
	service: 60,
	serviceIdle: 90,
	serviceLoad: 90,
	flood: 120,
	roles: 60,
	input: 60,
	cut: 40,
	kernels: 40,
	link: 60,
	mixer: 170,
	viewers: 90,
	watch: 60,
	join: 80,
	relay: 120,
	guest: 80,
	glass: 80,
	faults: 400,
};

let running: ChildProcess | null = null;

/** Ends the bench and what it started: hosts, browsers and pipelines die with it or belong to its group. */
function killGroup(child: ChildProcess): void {
	try {
		process.kill(-child.pid!, 'SIGKILL');
	} catch {
		// Nobody of the group is left.
	}
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		if (running) killGroup(running);
		process.exit(130);
	});
}

function run(name: string, limitMs: number): Promise<string | null> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.js`)], {
			detached: true,
			stdio: ['ignore', 'inherit', 'inherit'],
			env: { ...process.env, ...(long && { R58_LONG: '1' }) },
		});
		running = child;
		let ending: string | null = null;
		const timer = setTimeout(() => {
			ending = `not done within ${limitMs / 1000} s`;
			killGroup(child);
		}, limitMs);
		child.on('exit', (code, signal) => {
			clearTimeout(timer);
			killGroup(child);
			running = null;
			ending ??= signal ? `ended by ${signal}` : code ? `exit code ${code}` : null;
			resolve(ending);
		});
	});
}

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg !== '--long');
/** More samples, and time for them. */
const long = args.includes('--long');
const chosen = Object.entries(benches).filter(
	([name]) => filters.length === 0 || filters.some((filter) => name.includes(filter)),
);
let broken = chosen.length === 0 ? 1 : 0;
if (broken) process.stderr.write(`no bench matches; there are ${Object.keys(benches).join(', ')}\n`);
for (const [name, seconds] of chosen) {
	const started = performance.now();
	const failure = await run(name, seconds * 1000 * (long ? 6 : 1));
	if (failure) broken += 1;
	process.stderr.write(`${name}: ${failure ?? 'done'}, ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}
process.exitCode = broken > 0 ? 1 : 0;
