import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Log } from '../util/log.js';
import { programFolder } from '../util/program.js';

const helper = join(programFolder, 'systemd/build/r58-notify');

/**
 * The service manager that started this process, by the protocol of sd_notify(3). Without one (no NOTIFY_SOCKET) messages go
 * nowhere. One helper process sends them all: starting one per message would block the event loop.
 */
export class ServiceManager {
	/** The watchdog's period; null without a watchdog. */
	readonly watchdogMs: number | null;
	readonly #socket: string | undefined;
	#helper: ChildProcess | undefined;

	/** Removes its variables from the environment: child processes must not speak for the service. */
	constructor(
		private readonly log: Log,
		env: NodeJS.ProcessEnv = process.env,
	) {
		const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = env;
		for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
		this.#socket = socket;
		const watched = socket !== undefined && (pid === undefined || Number(pid) === process.pid);
		this.watchdogMs = watched && Number(microseconds) > 0 ? Number(microseconds) / 1000 : null;
	}

	get present(): boolean {
		return this.#socket !== undefined;
	}

	/** One assignment, like READY=1. */
	tell(assignment: string): void {
		if (this.#socket === undefined) return;
		this.#helper ??= this.#start(this.#socket);
		this.#helper.stdin!.write(`${assignment.replaceAll('\n', ' ')}\n`);
	}

	#start(socket: string): ChildProcess {
		const child = spawn(helper, { env: { NOTIFY_SOCKET: socket }, stdio: ['pipe', 'ignore', 'pipe'] });
		const gone = (why: string): void => {
			if (this.#helper !== child) return;
			this.#helper = undefined;
			this.log.onceASecond('service manager').warn(`cannot notify the service manager: ${why}`);
		};
		child.stderr!.setEncoding('utf8').on('data', (text: string) => gone(text.trim()));
		child.stdin!.on('error', (error) => gone(error.message));
		child.on('error', (error) => gone(error.message));
		child.on('exit', (code, signal) => gone(`its helper ended with ${signal ?? code}`));
		child.unref();
		return child;
	}
}
