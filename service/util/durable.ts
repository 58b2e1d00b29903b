import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownLike } from './owner.js';

/** Makes entries created, renamed or removed in a folder durable. */
export function syncFolder(path: string): void {
	const folder = openSync(path, 'r');
	try {
		fsyncSync(folder);
	} finally {
		closeSync(folder);
	}
}

/** Makes a file and its content durable; its name is, once its folder is synced. */
function writeSynced(path: string, data: string | Uint8Array, mode = 0o600): void {
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

/** Writes and syncs a new file beside the one it is for; the function returned puts it there, which needs no disk space. */
export function prepareFile(path: string, data: string | Uint8Array, mode?: number): () => void {
	writeSynced(`${path}.new`, data, mode);
	return () => {
		renameSync(`${path}.new`, path);
		syncFolder(dirname(path));
	};
}

/**
 * Replaces a file, all or nothing, also when the power fails: writes and syncs a new file, then renames it. Owner-readable only,
 * unless `mode` says otherwise.
 */
export function replaceFile(path: string, data: string | Uint8Array, mode?: number): void {
	prepareFile(path, data, mode)();
}
