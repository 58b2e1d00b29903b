/** What a power cut would leave on a disk, told from the order of the calls a program makes; and the cut itself. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';

/** The program ends here, as far as it knows. */
export class PowerCut extends Error {}

interface Inode {
	written: Buffer;
	/** What a sync has put on the disk; null before the first. */
	synced: Buffer | null;
}

const calls = ['openSync', 'writeSync', 'fsyncSync', 'renameSync', 'rmSync', 'unlinkSync', 'mkdirSync', 'copyFileSync'] as const;
type Call = (typeof calls)[number];
type Anything = (...args: unknown[]) => unknown;
const real = Object.fromEntries(calls.map((name) => [name, fs[name]])) as unknown as Record<Call, Anything>;

/** Replaces calls of node:fs for all modules until `restore`. */
function replace(wrap: (name: Call, call: Anything) => Anything): () => void {
	for (const name of calls) Object.assign(fs, { [name]: wrap(name, real[name]) });
	syncBuiltinESMExports();
	return () => {
		Object.assign(fs, real);
		syncBuiltinESMExports();
	};
}

/** Does the work as if the power went at call `n` of those that change a disk, from 0; false when it has fewer. */
export async function cutAt(n: number, work: () => unknown): Promise<boolean> {
	let count = 0;
	const restore = replace((_name, call) => (...args) => {
		// After the cut nothing reaches the disk, whatever a `finally` still tries.
		if (count++ >= n) throw new PowerCut();
		return call(...args);
	});
	try {
		await work();
		return count > n;
	} catch (error) {
		if (count > n) return true;
		throw error;
	} finally {
		restore();
	}
}

/**
 * Does the work and looks at a file after every call: what could be in it if the power went now. A name or contents that are not
 * synced may be on the disk or not, contents also in part (the first half stands for that).
 */
export function contentsAfterCuts(path: string, work: () => void): (string | null)[] {
	const names = new Map<string, Inode>();
	const namesSynced = new Map<string, Inode>();
	const open = new Map<unknown, Inode | string>();
	const found = new Set<string | null>();
	const look = () => {
		for (const inode of [names.get(path), namesSynced.get(path)]) {
			if (!inode) found.add(null);
			else if (inode.synced === inode.written) found.add(String(inode.written));
			else
				for (const part of [inode.synced ?? Buffer.alloc(0), inode.written, inode.written.subarray(0, inode.written.length / 2)])
					found.add(String(part));
		}
	};
	if (fs.existsSync(path)) {
		const written = fs.readFileSync(path);
		const inode = { written, synced: written };
		names.set(path, inode);
		namesSynced.set(path, inode);
	}
	const watch: Partial<Record<Call, (result: unknown, ...args: never[]) => void>> = {
		openSync(file, name: string, flags: string) {
			if (fs.statSync(name).isDirectory()) open.set(file, name);
			else if (String(flags).startsWith('w')) {
				const inode = names.get(name) ?? { written: Buffer.alloc(0), synced: null };
				inode.written = Buffer.alloc(0);
				names.set(name, inode);
				open.set(file, inode);
			}
		},
		writeSync(length, file: number, data: Uint8Array | string, offset = 0) {
			const inode = open.get(file) as Inode | undefined;
			if (inode)
				inode.written = Buffer.concat([inode.written, Buffer.from(data as string).subarray(offset, offset + Number(length))]);
		},
		fsyncSync(_, file: number) {
			const opened = open.get(file);
			if (typeof opened === 'object') opened.synced = opened.written;
			if (typeof opened !== 'string') return;
			const inFolder = (name: string) => dirname(name) === opened;
			for (const name of [...namesSynced.keys()].filter(inFolder)) namesSynced.delete(name);
			for (const [name, inode] of names) if (inFolder(name)) namesSynced.set(name, inode);
		},
		renameSync(_, from: string, to: string) {
			const inode = names.get(from);
			names.delete(from);
			if (inode) names.set(to, inode);
		},
	};
	const restore = replace((name, call) => (...args) => {
		const result = call(...args);
		watch[name]?.(result, ...(args as never[]));
		look();
		return result;
	});
	try {
		work();
	} finally {
		restore();
	}
	return [...found];
}
