import { chownSync, statSync } from 'node:fs';

/** Files made by administrator commands get the folder's owner: the service has its own user. */
export function ownLike(path: string, folder: string): void {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = statSync(folder);
	if (uid !== 0 || gid !== 0) chownSync(path, uid, gid);
}
