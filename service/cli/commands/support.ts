import { open, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bundle, bundleName } from '../../support/bundle.js';
import { fileParts, secretsIn } from '../../support/fileParts.js';
import { machineParts } from '../../support/machineParts.js';
import { readRuntime } from '../../system/runtimeFile.js';
import { messageOf } from '../../util/errors.js';
import { programVersion } from '../../util/program.js';
import { type Command, dataOption, parse, print, UsageError } from './command.js';

/** The answer starts at once and takes a minute at most. */
const TIMEOUT_MS = { answer: 10_000, all: 120_000 };

/** From the running service if it answers, otherwise from the data folder. */
export const support: Command = {
	usage: `r58 support [FILE]
      writes a support bundle (.tar.gz) without secrets, even when the service is down
      FILE: default r58-support-HOST-TIME.tar.gz in the current folder, - for standard output`,

	async run(args) {
		const { values, positionals } = parse(args, dataOption);
		if (positionals.length > 1) throw new UsageError('at most one file');
		const dataDir = resolve(values.data);
		const file = positionals[0] ?? `${bundleName(hostname())}.tar.gz`;
		if (file === '-') {
			await pipeline((await bundled(dataDir)).stream, process.stdout);
			return 0;
		}
		// Checked first, so that no bundle is made in vain.
		const target = await open(file, 'wx', 0o600);
		try {
			const { stream, from } = await bundled(dataDir);
			await pipeline(stream, target.createWriteStream());
			print(`${file} (${from}); its README.txt lists the content and what was removed`);
			return 0;
		} catch (error) {
			await rm(file);
			throw error;
		}
	},
};

async function bundled(dataDir: string): Promise<{ stream: Readable; from: string }> {
	const asked = await ask(dataDir);
	return typeof asked === 'string'
		? { stream: await made(dataDir, asked), from: `without the service: ${asked}` }
		: { stream: asked, from: 'by the running service' };
}

/** The bundle of the running service, or the reason why there is none. */
async function ask(dataDir: string): Promise<Readable | string> {
	try {
		const runtime = readRuntime(dataDir);
		if (!runtime) return `no service is running on the data folder ${dataDir}`;
		const late = new AbortController();
		const timer = setTimeout(() => late.abort(), TIMEOUT_MS.answer);
		const response = await fetch(new URL('/api/support', runtime.http), {
			headers: { authorization: `Bearer ${runtime.token}` },
			signal: AbortSignal.any([late.signal, AbortSignal.timeout(TIMEOUT_MS.all)]),
		}).finally(() => clearTimeout(timer));
		if (!response.ok || !response.body) return `the service answered ${response.status}`;
		return Readable.fromWeb(response.body);
	} catch (error) {
		return `cannot reach the service: ${messageOf((error as Error).cause ?? error)}`;
	}
}

async function made(dataDir: string, why: string): Promise<Readable> {
	const parts = [...fileParts(dataDir, why), ...machineParts(dataDir, programVersion())];
	return bundle(bundleName(hostname()), parts, await secretsIn(dataDir));
}
