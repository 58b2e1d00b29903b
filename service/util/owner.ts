import { chownSync, statSync } from 'node:fs';

/** What the administrator's commands make belongs to whom the folder belongs to: the service, which has a user of its own. */
export function ownLike(path: string, folder: string): void {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = statSync(folder);
	if (uid !== 0 || gid !== 0) chownSync(path, uid, gid);
}
