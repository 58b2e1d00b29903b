import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownLike } from './owner.js';

/** What was made, renamed or removed in a folder is on the disk. */
export function syncFolder(path: string): void {
	const folder = openSync(path, 'r');
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}

/** A file and its contents are on the disk; its name is when its folder is synced. */
export function writeSynced(path: string, data: string | Uint8Array, mode = 0o600): void {
	const bytes = typeof data === 'string' ? Buffer.from(data) : data;
	const file = openSync(path, 'w', mode);
	try {
		fchmodSync(file, mode);
		for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	ownLike(path, dirname(path));
}

/**
 * Whole or not at all, also when the power goes: a new file, on the disk, then in place of the old one. For its owner only unless
 * `mode` says else.
 */
export function replaceFile(path: string, data: string | Uint8Array, mode?: number): void {
	writeSynced(`${path}.new`, data, mode);
	renameSync(`${path}.new`, path);
	syncFolder(dirname(path));
}
