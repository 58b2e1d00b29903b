import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/PID/stat, and bytes of a page: USER_HZ and PAGE_SIZE of every Linux this runs on. */
const TICKS = 100;
const PAGE = 4096;

export interface Usage {
	/** Of one core, since the last reading. */
	cpuPct: number | null;
	rssBytes: number | null;
	/** The part that neither files nor other processes share: what can grow by the process's own doing. */
	ownBytes: number | null;
}

/** Processor time and memory of processes, from /proc (proc(5)). */
export class UsageMeter {
	#last = new Map<number, { at: number; ticks: number }>();

	/** Reads these processes and forgets the others. */
	read(pids: number[]): Map<number, Usage> {
		const now = performance.now();
		const next = new Map<number, { at: number; ticks: number }>();
		const all = new Map<number, Usage>();
		for (const pid of pids) {
			const fields = statOf(pid);
			if (!fields) continue;
			const ticks = Number(fields[11]) + Number(fields[12]);
			const before = this.#last.get(pid);
			const seconds = before ? (now - before.at) / 1000 : 0;
			const cpuPct = before && seconds > 0 ? Math.round(((ticks - before.ticks) / TICKS / seconds) * 1000) / 10 : null;
			all.set(pid, { cpuPct, rssBytes: Number(fields[21]) * PAGE, ownBytes: ownBytesOf(pid) });
			next.set(pid, { at: now, ticks });
		}
		this.#last = next;
		return all;
	}
}

/** The letter of a process's state: D is stuck in the kernel, T stopped. Null when it is gone. */
export function processState(pid: number): string | null {
	return statOf(pid)?.[0] ?? null;
}

/** Processes that the kernel has killed since boot because memory ran out. */
export function outOfMemoryKills(): number {
	try {
		return Number(/^oom_kill (\d+)/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}

function ownBytesOf(pid: number): number | null {
	try {
		const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
		return (resident! - shared!) * PAGE;
	} catch {
		return null;
	}
}

/** Fields of /proc/PID/stat from the state on; the name before it may hold anything. */
function statOf(pid: number): string[] | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	} catch {
		return null;
	}
}
