import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, fail, off, ok, warn } from '../contract/ready.js';
import { remedyText } from '../contract/remedies.js';
import { remedyFor } from '../hosts/remedies.js';
import { messageOf } from '../util/errors.js';
import { within } from '../util/within.js';

const testBytes = 8 * 2 ** 20;
const deadlineMs = 10_000;
/** So many times faster than the recording needs it: a disk has other work, and pauses. */
const comfortable = 4;

/** Writes some megabytes as a recorder does, through to the disk, and removes them. Bounded; never throws. */
export async function testDisk(folder: string | undefined, neededKbps: number | null): Promise<Finding> {
	if (folder === undefined) return off('The disk is not known yet');
	try {
		const ms = await within(write(join(folder, '.ready-test')), deadlineMs, () => null);
		if (ms === null)
			return fail(`The disk did not take 8 MB within ${deadlineMs / 1000} s`, 'Choose a faster disk; check its cable');
		const kbps = (testBytes * 8) / ms;
		const text = `It takes ${(kbps / 8000).toFixed(0)} MB/s`;
		if (neededKbps === null) return warn(`${text}; what a recording needs is not known yet`);
		const needs = `a recording needs ${(neededKbps / 8000).toFixed(1)} MB/s`;
		return kbps < neededKbps * comfortable ? fail(`${text}; ${needs}`, 'Choose a faster disk') : ok(`${text}; ${needs}`);
	} catch (error) {
		const message = messageOf(error);
		return fail(
			`It cannot be written to: ${message}`,
			remedyText(remedyFor(message)) ?? 'Check the disk and the rights of its folder',
		);
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
