import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({ pid: z.number(), http: z.string(), token: z.string() });
/** How local programs find the running service and get read access. */
export type Runtime = z.infer<typeof schema>;

const path = (dataDir: string) => join(dataDir, 'service.json');

export function writeRuntime(dataDir: string, runtime: Runtime): void {
	rmSync(path(dataDir), { force: true });
	writeFileSync(path(dataDir), JSON.stringify(runtime), { mode: 0o600, flag: 'wx' });
}

export function removeRuntime(dataDir: string): void {
	rmSync(path(dataDir), { force: true });
}

/** Null when no service runs on this data folder. Throws when the file is not readable. */
export function readRuntime(dataDir: string): Runtime | null {
	let text: string;
	try {
		text = readFileSync(path(dataDir), 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
	const runtime = schema.safeParse(JSON.parse(text));
	return runtime.success && lives(runtime.data.pid) ? runtime.data : null;
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
