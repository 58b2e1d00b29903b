/** The real service in a session of its own, from its first line to its last process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { State } from '../../service/contract/state.js';
import { Events } from './events.js';
import { type Host, hostsOf, killSession, processes } from './processes.js';
import { patienceMs, until, within } from './wait.js';

// Runs from dist/test/tools.
export const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = join(root, 'dist/service/main.js');

/** The service closes connections that were idle for 15 s. */
const mostIdleMs = 10_000;

export interface ServiceOptions {
	/** Default: a temporary folder that goes with the service. */
	dataDir?: string;
	/** Default 640x360p30; null leaves it to the settings. */
	canvas?: string | null;
	/** Default true. */
	demo?: boolean;
	httpPort?: number;
	env?: Record<string, string>;
	/** Words in front of the command: `ip netns exec NAME`. */
	inside?: string[];
	/** More arguments. */
	args?: string[];
	timeoutMs?: number;
}

export interface Ready {
	event: 'ready';
	http: string;
	https: string;
	operatorToken: string;
	technicianToken: string;
}
export interface Answer<T> {
	status: number;
	headers: Headers;
	body: T;
}
export interface CallOptions {
	/** Default: the operator's. Null sends none. */
	token?: string | null;
	headers?: Record<string, string>;
	timeoutMs?: number;
}
export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** A line of the log, by the fields that tests read. */
export interface LogRecord {
	/** Pino's number. */
	level: number;
	msg: string;
	setupCode?: string;
}

const running = new Set<TestService>();
process.on('exit', () => {
	for (const service of running) service.destroy();
});

export class TestService {
	/** Lines of stderr, parsed where they are JSON. */
	readonly logs: (LogRecord | string)[] = [];
	/** Lines of stdout: the ready line and nothing else. */
	readonly lines: string[] = [];
	readonly pid: number;
	readonly ended: Promise<Exit>;
	ready!: Ready;
	#exit: Exit | null = null;
	#askedAt = performance.now();

	private constructor(
		child: ChildProcess,
		readonly dataDir: string,
		private readonly ownsData: boolean,
	) {
		this.pid = child.pid!;
		this.ended = new Promise((resolve) => {
			child.once('exit', (code, signal) => {
				this.#exit = { code, signal };
				resolve(this.#exit);
			});
		});
		createInterface({ input: child.stdout! }).on('line', (line) => this.lines.push(line));
		createInterface({ input: child.stderr! }).on('line', (line) => this.logs.push(parsed(line)));
	}

	/** Starts without waiting for the ready line: for tests of what keeps it from starting. */
	static spawn(options: ServiceOptions = {}): TestService {
		const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'r58-data-'));
		const args = ['--data', dataDir, '--http', String(options.httpPort ?? 0), '--https', '0'];
		const { canvas = '640x360p30' } = options;
		args.push(
			...(canvas === null ? [] : ['--canvas', canvas]),
			...((options.demo ?? true) ? ['--demo'] : []),
			...(options.args ?? []),
		);
		// setpriv becomes the service; a test that is killed takes it along. A session of its own makes what it leaves behind countable.
		const [program = '', ...words] = [...(options.inside ?? []), 'setpriv', '--pdeathsig', 'KILL', process.execPath, main];
		const child = spawn(program, [...words, ...args], {
			cwd: root,
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, ...options.env },
		});
		const service = new TestService(child, dataDir, options.dataDir === undefined);
		running.add(service);
		return service;
	}

	/** Starts and waits until it says that it is ready. */
	static async start(options: ServiceOptions = {}): Promise<TestService> {
		const service = TestService.spawn(options);
		try {
			const line = await until(() => service.#exit ?? service.lines[0], {
				what: 'the ready line',
				timeoutMs: options.timeoutMs,
			});
			if (typeof line !== 'string') throw new Error(`the service ended with ${JSON.stringify(line)} before it was ready`);
			service.ready = JSON.parse(line);
			return service;
		} catch (error) {
			service.destroy();
			throw new Error(`${(error as Error).message}\n${service.tail()}`);
		}
	}

	get http(): string {
		return this.ready.http;
	}
	get https(): string {
		return this.ready.https;
	}

	/** One request with a JSON body (a string or bytes are sent as they are); the answer's body parsed where it is JSON. */
	async api<T = unknown>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer<T>> {
		const token = options.token === undefined ? this.ready.operatorToken : options.token;
		const raw = typeof body === 'string' || body instanceof Uint8Array;
		const response = await this.#fetch(path, {
			method,
			redirect: 'manual',
			signal: AbortSignal.timeout(options.timeoutMs ?? patienceMs),
			headers: {
				...(token ? { authorization: `Bearer ${token}` } : {}),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...options.headers,
			},
			body: body === undefined ? null : raw ? (body as string) : JSON.stringify(body),
		});
		const text = await response.text();
		const json = /json/.test(response.headers.get('content-type') ?? '');
		return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
	}

	/** Once more when the connection had been idle for so long that the service was closing it in this moment, as browsers do. */
	async #fetch(path: string, request: RequestInit): Promise<Response> {
		const idleMs = performance.now() - this.#askedAt;
		try {
			return await fetch(new URL(path, this.http), request);
		} catch (error) {
			const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
			if (idleMs > mostIdleMs && (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'))
				return await fetch(new URL(path, this.http), request);
			throw code ? new Error(`${request.method} ${path}: ${code}`, { cause: error }) : error;
		} finally {
			this.#askedAt = performance.now();
		}
	}

	async state(): Promise<State> {
		const answer = await this.api<State>('GET', '/api/state');
		if (answer.status !== 200) throw new Error(`GET /api/state: ${answer.status} ${JSON.stringify(answer.body)}`);
		return answer.body;
	}

	/** Waits for a state that fits, and returns it. */
	async waitState(fits: (state: State) => unknown, what: string, timeoutMs = patienceMs): Promise<State> {
		let state!: State;
		await until(
			async () => {
				state = await this.state();
				return Boolean(fits(state));
			},
			{ what, timeoutMs, everyMs: 100 },
		).catch((error: Error) => {
			throw new Error(`${error.message}\n${this.tail()}`);
		});
		return state;
	}

	/** As a technician: targets may be on this machine, where tests listen. */
	async allowOwnTargets(): Promise<void> {
		const body = { network: { specialTargets: true } };
		const { status } = await this.api('PATCH', '/api/settings', body, { token: this.ready.technicianToken! });
		if (status !== 200) throw new Error(`PATCH /api/settings: ${status}`);
	}

	/** Waits until the show runs: healthy, every demo input live, every streamer too. */
	async onAir(timeoutMs = patienceMs): Promise<State> {
		const health = () => this.api('GET', '/api/health').then(({ status }) => status === 200);
		await until(health, { what: 'the program to be on air', timeoutMs, everyMs: 200 });
		const live = ({ sources, streamers }: State) =>
			Object.values(sources).every(({ kind, state }) => kind !== 'test' || state === 'live') &&
			Object.values(streamers).every(({ state }) => state === 'live');
		return this.waitState(live, 'all inputs and streamers to be live', timeoutMs);
	}

	events(token = this.ready.operatorToken): Promise<Events> {
		return Events.connect(this.http, token);
	}

	/** Its living pipeline processes, also after it has died itself. */
	hosts(): Host[] {
		return hostsOf(this.pid);
	}

	/** Waits for one host, by role and name, other than `not`. */
	async host(
		role: string,
		name: string,
		{ not, timeoutMs = patienceMs }: { not?: number; timeoutMs?: number } = {},
	): Promise<Host> {
		const found = () => this.hosts().find((host) => host.role === role && host.name === name && host.pid !== not);
		return until(found, { what: `the process of ${role} ${name}`, timeoutMs });
	}

	/** Signals the service itself, not its hosts. */
	kill(signal: NodeJS.Signals): void {
		if (!this.#exit) process.kill(this.pid, signal);
	}

	/** Ends it as systemd would, by force after 5 s. Throws when it had to be forced or left a process behind. */
	async stop(): Promise<void> {
		this.kill('SIGTERM');
		const exit = await within(this.ended, 5000, 'the end of the service').catch((error: Error) => error);
		const gone = () => processes().every((process) => process.session !== this.pid || process.state === 'Z');
		const left = await until(gone, { what: 'its processes to be gone', timeoutMs: 2000 }).catch((error: Error) => error);
		const orphans = this.destroy();
		if (exit instanceof Error) throw new Error(`${exit.message}\n${this.tail()}`);
		if (left instanceof Error) throw new Error(`left behind: ${orphans.map((orphan) => orphan.title).join(', ')}`);
		const misunderstood = this.logs.find((line) => typeof line === 'object' && / cannot be used: /.test(String(line.msg)));
		if (misunderstood) throw new Error(`an element and the service do not agree: ${JSON.stringify(misunderstood)}`);
	}

	/** Kills everything at once and removes the temporary data. */
	destroy() {
		running.delete(this);
		const left = killSession(this.pid);
		if (this.ownsData) rmSync(this.dataDir, { recursive: true, force: true });
		return left;
	}

	/** The last log lines, for messages. */
	tail(lines = 20): string {
		return this.logs
			.slice(-lines)
			.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
			.join('\n');
	}
}

function parsed(line: string): LogRecord | string {
	try {
		return JSON.parse(line);
	} catch {
		return line;
	}
}
