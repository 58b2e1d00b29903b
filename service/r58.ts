#!/usr/bin/env node
/** The command `r58`: looks at the running service. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Status } from './api/schema.js';
import { support, supportUsage } from './commands/support.js';
import { messageOf } from './errors.js';
import { statusText } from './statusText.js';
import { readRuntime } from './system/runtimeFile.js';

const usage = `r58 status [options]    hosts, counters, drops and faults of the running service

  --data DIR      data folder of the service (default: ./data)
  --url URL       ask this service instead, e.g. https://studio.local:8443
  --token TOKEN   an operator's token, needed with --url
  --json          everything, as JSON
  --help          this text

${supportUsage}
Exit codes: 0 it runs, 1 nothing runs or it cannot be asked, 2 wrong options.
`;
const TIMEOUT_MS = 5_000;

class UsageError extends Error {}

function options() {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				data: { type: 'string', default: process.env.R58_DATA ?? 'data' },
				url: { type: 'string' },
				token: { type: 'string' },
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
			},
		});
		if (values.help) return null;
		if (positionals.length !== 1 || positionals[0] !== 'status') throw new Error('the command is: r58 status');
		if (values.url && !values.token) throw new Error('--url needs --token');
		return values;
	} catch (error) {
		throw new UsageError(`${messageOf(error)} (--help lists the options)`);
	}
}

/** Where the service is, and a token to ask it with. */
function target({ data, url, token }: { data: string; url?: string | undefined; token?: string | undefined }) {
	if (url && token) return { url, token };
	const runtime = readRuntime(resolve(data));
	if (!runtime) throw new Error(`no service runs on the data folder ${resolve(data)}; name another with --data, or use --url`);
	return { url: runtime.http, token: runtime.token };
}

async function main(): Promise<void> {
	if (process.argv[2] === 'support' && !process.argv.includes('--help')) return support(process.argv.slice(3));
	const given = options();
	if (!given) {
		process.stdout.write(usage);
		return;
	}
	const { url, token } = target(given);
	const address = new URL('/api/system/status', url);
	const response = await fetch(address, {
		headers: { authorization: `Bearer ${token}` },
		signal: AbortSignal.timeout(TIMEOUT_MS),
	}).catch((error: Error) => {
		throw new Error(`${url} does not answer: ${messageOf(error.cause ?? error)}`);
	});
	if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
	const status = (await response.json()) as Status;
	process.stdout.write(given.json ? `${JSON.stringify(status)}\n` : statusText(status));
}

main().catch((error: unknown) => {
	process.stderr.write(`r58: ${messageOf(error)}\n`);
	process.exitCode = error instanceof UsageError ? 2 : 1;
});
