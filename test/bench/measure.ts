/** What the benches share: figures on stdout, percentiles, and processor time, memory and threads from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { pause } from '../tools/wait.js';

/** Clock ticks a second of /proc/PID/stat: USER_HZ, 100 on every Linux this runs on. */
const ticksPerSecond = 100;
const bench = basename(process.argv[1]!, '.js');

export interface Figure {
	what: string;
	value: number;
	unit: string;
	/** Measurements behind the value. */
	n?: number;
	/** What the design wants at most. */
	goal?: number;
	/** What a reader of the figure must know. */
	note?: string;
}

/** One JSON line on stdout. `load` is the machine's load average, which tells how far to trust it. */
export function report({ value, ...figure }: Figure): void {
	const rounded = Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3));
	console.log(JSON.stringify({ bench, ...figure, value: rounded, load: Number(loadavg()[0]!.toFixed(1)) }));
}

/** p50 and p95 of a set, as two figures. */
export function reportSet(what: string, values: number[], unit: string, goal: { p50?: number; p95?: number } = {}): void {
	if (values.length === 0) throw new Error(`${what}: nothing was measured`);
	for (const p of [50, 95] as const) {
		const aim = goal[`p${p}`];
		report({
			what: `${what}, p${p}`,
			value: percentile(values, p),
			unit,
			n: values.length,
			...(aim !== undefined && { goal: aim }),
		});
	}
}

export function progress(text: string): void {
	process.stderr.write(`${bench}: ${text}\n`);
}

/** Nearest rank. */
export function percentile(values: number[], p: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]!;
}

export function median(values: number[]): number {
	return percentile(values, 50);
}

/** User and system time of a process, all its threads, s. */
function cpuSeconds(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// Fields are counted after the bracket that ends the name: utime and stime are 14 and 15 of proc(5).
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Processor time of each process over a window, % of one core. */
export async function cpuPercents(pids: number[], windowMs: number): Promise<number[]> {
	const started = performance.now();
	const before = pids.map(cpuSeconds);
	await pause(windowMs);
	const seconds = (performance.now() - started) / 1000;
	return pids.map((pid, i) => ((cpuSeconds(pid) - before[i]!) / seconds) * 100);
}

export async function cpuPercent(pid: number, windowMs: number): Promise<number> {
	return (await cpuPercents([pid], windowMs))[0]!;
}

/** Resident and proportional set size, MB. */
export function memory(pid: number): { rss: number; pss: number } {
	const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
	const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
	return { rss: megabytes('Rss'), pss: megabytes('Pss') };
}

export function threads(pid: number): number {
	return readdirSync(`/proc/${pid}/task`).length;
}

/** The wall clock with fractions, ms, as pages of this machine's browsers see it too. */
export function wallMs(): number {
	return performance.timeOrigin + performance.now();
}
