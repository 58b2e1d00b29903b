import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Small files in /proc and /sys; another root simulates a machine. Read without blocking: drivers may hang. */
export class MachineFiles {
	constructor(readonly root = '/') {}

	/** Null when it cannot be read: this machine does not have it. */
	async text(path: string): Promise<string | null> {
		try {
			return (await readFile(join(this.root, path), 'utf8')).trim();
		} catch {
			return null;
		}
	}

	async number(path: string): Promise<number | null> {
		const text = await this.text(path);
		if (text === null || text === '') return null;
		const value = Number(text);
		return Number.isFinite(value) ? value : null;
	}

	/** Matching names in a folder, sorted by number; empty without the folder. */
	async names(path: string, pattern: RegExp): Promise<string[]> {
		try {
			const names = (await readdir(join(this.root, path))).filter((name) => pattern.test(name));
			return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
		} catch {
			return [];
		}
	}
}
