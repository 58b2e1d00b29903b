import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, fail, off, ok, warn } from '../contract/ready.js';
import { remedyText } from '../contract/remedies.js';
import { remedyFor } from '../hosts/remedies.js';
import { messageOf } from '../util/errors.js';
import { within } from '../util/within.js';

const testBytes = 8 * 2 ** 20;
const deadlineMs = 10_000;
/** Required margin over the recording's rate: a disk has other work, and pauses. */
const comfortable = 4;

/** Writes and syncs some megabytes as a recorder does, then removes them. Bounded; never throws. */
export async function testDisk(folder: string | undefined, neededKbps: number | null): Promise<Finding> {
	if (folder === undefined) return off('Disk not known yet');
	try {
		const ms = await within(write(join(folder, '.ready-test')), deadlineMs, () => null);
		if (ms === null)
			return fail(`The disk could not write 8 MB within ${deadlineMs / 1000} s`, 'Use a faster disk; check its cable');
		const kbps = (testBytes * 8) / ms;
		const text = `Writes ${(kbps / 8000).toFixed(0)} MB/s`;
		if (neededKbps === null) return warn(`${text}; the rate of a recording is not known yet`);
		const needs = `a recording needs ${(neededKbps / 8000).toFixed(1)} MB/s`;
		return kbps < neededKbps * comfortable ? fail(`${text}; ${needs}`, 'Use a faster disk') : ok(`${text}; ${needs}`);
	} catch (error) {
		const message = messageOf(error);
		return fail(`Not writable: ${message}`, remedyText(remedyFor(message)) ?? 'Check the disk and the permissions of its folder');
	}
}

async function write(path: string): Promise<number> {
	const started = performance.now();
	try {
		const file = await open(path, 'w');
		try {
			await file.write(Buffer.alloc(testBytes, 0x5a));
			await file.sync();
		} finally {
			await file.close();
		}
		return performance.now() - started;
	} finally {
		await rm(path, { force: true });
	}
}
