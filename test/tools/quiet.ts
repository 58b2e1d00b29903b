/**
 * Tests that judge times, or frames that a busy machine does not make, measure beside themselves whether they had the machine.
 * What fails without it is told as `inconclusive: …`: neither passed nor failed, counted by the runner and limited there.
 */
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { machineS, processes } from './processes.js';

/** More of the machine than this in the hands of others, and what is judged here waits for the processor. */
const OTHERS_MOST = 0.1;
/** A machine that stands still for this long (its own host took it away) misses three program frames. */
const STALL_MOST_MS = 100;
const LOOP_MS = 10;

/** A thread that asks to be woken every 10 ms; the longest delay (ms) since the last look is in the shared cell. */
const loop = `
const { workerData } = require('node:worker_threads');
const cell = new Int32Array(workerData);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
	const at = performance.now();
	Atomics.wait(sleeper, 0, 0, ${LOOP_MS});
	const late = Math.round(performance.now() - at - ${LOOP_MS});
	if (late > Atomics.load(cell, 0)) Atomics.store(cell, 0, late);
}`;
let longest: Int32Array | undefined;

/** The longest time in ms that the machine did not wake a thread in time since the last call. */
function stallMs(): number {
	if (!longest) {
		const shared = new SharedArrayBuffer(4);
		longest = new Int32Array(shared);
		new Worker(loop, { eval: true, workerData: shared }).unref();
	}
	return Atomics.exchange(longest, 0, 0);
}

export interface Use {
	atMs: number;
	/** Processor time in s of everybody, stolen time too, and of this process with its children. */
	all: number;
	own: number;
}

function used(): Use {
	const running = new Map(processes().map((process) => [process.pid, process]));
	const isOwn = (pid: number): boolean => pid === process.pid || (running.has(pid) && isOwn(running.get(pid)!.parent));
	let own = 0;
	for (const [pid, { processorS }] of running) if (isOwn(pid)) own += processorS;
	return { atMs: performance.now(), all: machineS(), own };
}

/** Why a machine of so many cores was not ours between two readings, or null. */
export function disturbance(before: Use, after: Use, longestStallMs: number, cores: number): string | null {
	const availableS = ((after.atMs - before.atMs) / 1000) * cores;
	const others = (after.all - before.all - (after.own - before.own)) / availableS;
	if (others > OTHERS_MOST) return `others took ${Math.round(others * 100)} % of the processor`;
	if (longestStallMs > STALL_MOST_MS) return `the machine stood still for ${longestStallMs} ms`;
	return null;
}

/** Tells the runner that a test could not be judged. */
export function inconclusive(name: string, why: string): void {
	process.stdout.write(`inconclusive: ${name}: ${why.replace(/\s+/g, ' ')}\n`);
}

/** Runs a test that depends on a quiet machine. Its failure counts when it had one. */
export async function onQuietMachine(name: string, judge: () => unknown): Promise<void> {
	stallMs();
	const before = used();
	try {
		await judge();
	} catch (error) {
		const why = disturbance(before, used(), stallMs(), cpus().length);
		if (why === null) throw error;
		inconclusive(name, `${why}; it said: ${error instanceof Error ? error.message : String(error)}`);
	}
}
