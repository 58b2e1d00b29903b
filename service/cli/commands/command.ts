/** Shared by the commands of `r58`. */
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { readRuntime } from '../../system/runtimeFile.js';
import { messageOf } from '../../util/errors.js';

/** One command: `r58 NAME …`. */
export interface Command {
	/** Its lines in the list of commands. */
	usage: string;
	/** Returns the exit code: 0 done, 1 not done, with the reason printed. Throws UsageError (2) and Error (1). */
	run(args: string[]): Promise<number>;
}

/** The command line is wrong. */
export class UsageError extends Error {}

export const dataOption = { data: { type: 'string', default: process.env.R58_DATA ?? 'data' } } as const;
const timeoutMs = 5_000;

/** Throws UsageError with one line. */
export function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T) {
	try {
		return parseArgs({ args, allowPositionals: true, options });
	} catch (error) {
		// Node's first sentence names the option; the rest explains its parser.
		throw new UsageError(messageOf(error).split(/\n|\. /)[0]);
	}
}

export function print(text: string): void {
	process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function complain(text: string): void {
	process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

export interface Target {
	url: string;
	/** The running service's own read-only token. */
	token: string;
}

/** The service on a data folder; null when none is running. */
export function runningService(data: string): Target | null {
	const runtime = readRuntime(resolve(data));
	return runtime && { url: runtime.http, token: runtime.token };
}

/** The answer as JSON. Throws a printable reason. */
export async function ask<T>({ url, token }: Target, path: string): Promise<T> {
	const response = await fetch(new URL(path, url), {
		headers: { authorization: `Bearer ${token}` },
		signal: AbortSignal.timeout(timeoutMs),
	}).catch((error: Error) => {
		throw new Error(`${url} does not answer: ${messageOf(error.cause ?? error)}`);
	});
	if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as T;
}
