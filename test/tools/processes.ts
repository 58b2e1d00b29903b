/** Processes of this machine, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
	pid: number;
	parent: number;
	/** Session id: children keep it when their parent dies. */
	session: number;
	/** One letter: R running, S sleeping, T stopped, D stuck in the kernel, Z ended but not yet reaped. */
	state: string;
	title: string;
	/** Processor time that it and those of its children who have ended took. */
	processorS: number;
}

/** Clock ticks a second in /proc (USER_HZ, the same on every machine). */
const ticksPerS = 100;

export interface Host extends Process {
	role: string;
	name: string;
}

/** Every process that can be read; those that end meanwhile are left out. */
export function processes(): Process[] {
	const found: Process[] = [];
	for (const entry of readdirSync('/proc')) {
		if (!/^\d+$/.test(entry)) continue;
		try {
			// The name in brackets may hold anything, so fields are counted after the last bracket (proc(5)).
			const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
			const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			const [state, parent, , session] = fields;
			const processorS = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerS;
			const title = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replace(/\0+/g, ' ').trim();
			found.push({ pid: Number(entry), parent: Number(parent), session: Number(session), state: state!, title, processorS });
		} catch {
			// It has ended.
		}
	}
	return found;
}

/** Processor time in s that the machine spent since its start, on all cores, with what its own host took from it. */
export function machineS(): number {
	const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
		.split('\n', 1)[0]!
		.split(/\s+/)
		.slice(1)
		.map(Number);
	return (user! + nice! + system! + irq! + softirq! + steal!) / ticksPerS;
}

/** The living pipeline processes (`r58-host ROLE NAME`) of a session. */
export function hostsOf(session: number): Host[] {
	return processes().flatMap((process) => {
		const [word, role, name] = process.title.split(' ');
		if (process.session !== session || process.state === 'Z' || word !== 'r58-host') return [];
		return [{ ...process, role: role ?? '', name: name ?? '' }];
	});
}

/** Kills what is left of a session; returns what there was. */
export function killSession(session: number): Process[] {
	const left = processes().filter((process) => process.session === session && process.state !== 'Z');
	for (const { pid } of left) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended.
		}
	}
	return left;
}
