/** Faults on purpose, into one pipeline process or its links. Everything here ends by itself and can be repeated by its seed. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../random.js';
import { root } from '../service.js';
import { pause, within } from '../wait.js';

export const faultKinds = ['kill', 'stop', 'slow', 'starve', 'corrupt'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Victim {
	pid: number;
	role: string;
	name: string;
}

export interface FaultOptions {
	/** How long a fault lasts that does not end at once. */
	seconds: number;
	random: Random;
}

/** Slow: about half the time asleep, in pieces longer than a frame. Starve: a fifth of the time awake, at the lowest priority. */
interface Duty {
	asleepMs: [low: number, high: number];
	awakeMs: [low: number, high: number];
}
const slow: Duty = { asleepMs: [30, 70], awakeMs: [30, 70] };
const starve: Duty = { asleepMs: [35, 45], awakeMs: [8, 12] };

/** Does one thing to one host; resolves when it is over. */
export async function inject(kind: FaultKind, victim: Victim, { seconds, random }: FaultOptions): Promise<void> {
	switch (kind) {
		case 'kill':
			signal(victim.pid, 'SIGKILL');
			break;
		case 'stop':
			signal(victim.pid, 'SIGSTOP');
			await pause(seconds * 1000);
			signal(victim.pid, 'SIGCONT');
			break;
		case 'slow':
			await limp(victim.pid, seconds, random, slow);
			break;
		case 'starve':
			await atLowestPriority(victim.pid, () => limp(victim.pid, seconds, random, starve));
			break;
		case 'corrupt':
			await corrupt(victim, seconds, random);
			break;
	}
}

async function limp(pid: number, seconds: number, random: Random, duty: Duty): Promise<void> {
	const end = performance.now() + seconds * 1000;
	try {
		while (performance.now() < end && signal(pid, 'SIGSTOP')) {
			await pause(random.between(...duty.asleepMs));
			signal(pid, 'SIGCONT');
			await pause(random.between(...duty.awakeMs));
		}
	} finally {
		signal(pid, 'SIGCONT');
	}
}

/**
 * Garbage to every link that the host offers, from readers that do not keep to the protocol; then the host is killed and its
 * first address taken by a stranger that sends garbage to whoever reads it.
 */
async function corrupt({ pid }: Victim, seconds: number, random: Random): Promise<void> {
	const addresses = linkAddresses(pid);
	const seed = () => Math.floor(random.next() * 2 ** 31);
	await Promise.all(addresses.map((address) => junk('read', address, seconds / 2, seed())));
	if (addresses.length === 0) return;
	const squatter = junk('squat', addresses[0]!, seconds / 2, seed());
	signal(pid, 'SIGKILL');
	await squatter;
}

/** Perl, because Node knows no seqpacket sockets and every Debian has it. */
function junk(mode: 'read' | 'squat', address: string, seconds: number, seed: number): Promise<void> {
	const child = spawn('perl', [join(root, 'test/tools/engine/junk.pl'), mode, address, String(seconds), String(seed)], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const ended = new Promise<void>((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', () => resolve());
	});
	return within(ended, seconds * 1000 + 5_000, `junk ${mode} ${address}`).finally(() => child.kill('SIGKILL'));
}

/** Names of the abstract sockets on which a process listens. */
export function linkAddresses(pid: number): string[] {
	const held = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`)));
	const names = readFileSync('/proc/net/unix', 'utf8')
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.filter(([, , , , , , inode, name]) => name?.startsWith('@r58.') && held.has(`socket:[${inode}]`))
		.map((fields) => fields[7]!.slice(1));
	return [...new Set(names)];
}

function target(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** False when the process is gone. */
function signal(pid: number, name: NodeJS.Signals): boolean {
	try {
		process.kill(pid, name);
		return true;
	} catch {
		return false;
	}
}

/** Every thread of a process has a priority of its own (setpriority(2)); each gets its own back. */
async function atLowestPriority(pid: number, work: () => Promise<void>): Promise<void> {
	const before = new Map(threads(pid).map((thread) => [thread, getPriority(thread)]));
	const prioritize = (of: (priority: number) => number) => {
		for (const [thread, priority] of before) {
			try {
				setPriority(thread, of(priority));
			} catch {
				// It has ended, or who runs this may lower priorities but not raise them.
			}
		}
	};
	prioritize(() => constants.priority.PRIORITY_LOW);
	try {
		await work();
	} finally {
		prioritize((priority) => priority);
	}
}

function threads(pid: number): number[] {
	try {
		return readdirSync(`/proc/${pid}/task`).map(Number);
	} catch {
		return [];
	}
}
