/** Pipelines in gst-launch-1.0 processes, watched from outside: what passes their `identity` elements, and their events. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { patienceMs, until, within } from '../wait.js';

const plugins = fileURLToPath(new URL('../../../../pipelines/plugin/build', import.meta.url));
const running = new Set<GstLaunch>();

/** A buffer as `identity silent=false` reports it. */
export interface Passed {
	bytes: number;
	ptsNs: bigint;
	offset: number;
	flags: string;
}

export interface R58Event {
	from: string;
	event: string;
	// biome-ignore lint/suspicious/noExplicitAny: each event has members of its own
	json: any;
}

export class GstLaunch {
	/** By name of the identity. */
	readonly passed: Record<string, Passed[]> = {};
	readonly events: R58Event[] = [];
	/** Lines that are neither. */
	readonly lines: string[] = [];
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown>;
	#rest = '';

	constructor(description: string) {
		const env = { ...process.env, GST_PLUGIN_PATH: plugins };
		this.#child = spawn('gst-launch-1.0', ['-v', '-m', ...description.trim().split(/\s+/)], { env });
		this.#child.stdout!.setEncoding('utf8').on('data', (text) => this.#take(text));
		this.#child.stderr!.setEncoding('utf8').on('data', (text) => this.lines.push(...text.split('\n')));
		this.#ended = once(this.#child, 'close');
		running.add(this);
	}

	get pid(): number {
		return this.#child.pid!;
	}

	/** The last `stats` of an element. */
	stats(from?: string): Record<string, number> {
		return this.events.findLast((e) => e.event === 'stats' && (!from || e.from === from))?.json ?? {};
	}

	/** Waits until the identity has seen `count` buffers in all, and returns them. */
	async buffers(name: string, count: number, timeoutMs = patienceMs): Promise<Passed[]> {
		await until(() => (this.passed[name]?.length ?? 0) >= count, {
			what: `${count} buffers at ${name}`,
			timeoutMs,
			everyMs: 10,
		});
		return this.passed[name]!;
	}

	async event(fits: (event: R58Event) => boolean, what: string, timeoutMs = patienceMs): Promise<R58Event> {
		return (await until(() => this.events.find(fits), { what, timeoutMs, everyMs: 10 }))!;
	}

	/** Gives bytes to `fdsrc` once the pipeline plays, then end-of-file. */
	async feed(bytes: Buffer): Promise<void> {
		const playing = /"pipeline0" \(state-changed\).*new-state=\(GstState\)playing/;
		await until(() => this.lines.some((line) => playing.test(line)), { what: 'the pipeline to play', everyMs: 10 });
		this.#child.stdin!.end(bytes);
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Waits for the end of the process by itself; gives the exit code. */
	async end(timeoutMs = patienceMs): Promise<number | null> {
		await within(this.#ended, timeoutMs, 'end of gst-launch');
		running.delete(this);
		return this.#child.exitCode;
	}

	/** Ctrl-C: the pipeline is set to NULL. */
	async stop(timeoutMs = patienceMs): Promise<number | null> {
		this.signal('SIGINT');
		return this.end(timeoutMs);
	}

	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await this.end();
	}

	#take(text: string): void {
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop()!;
		for (const line of lines) this.#read(line);
	}

	#read(line: string): void {
		const seen = line.match(
			/GstIdentity:(\w+): last-message = chain.*\((\d+) bytes.*pts: (\d+):(\d\d):(\d\d)\.(\d{9}), .*offset: (-?\d+), .*flags: \w+ (.*), meta/,
		);
		if (seen) {
			const [, name, bytes, h, m, s, ns, offset, flags] = seen as unknown as [string, ...string[]];
			const ptsNs = (BigInt(h!) * 3600n + BigInt(m!) * 60n + BigInt(s!)) * 1_000_000_000n + BigInt(ns!);
			this.passed[name!] ??= [];
			this.passed[name!]!.push({ bytes: Number(bytes), ptsNs, offset: Number(offset), flags: flags!.trim() });
			return;
		}
		const event = line.match(/from element "(.*?)" \(element\): r58, event=\(string\)"?([\w-]+)"?, json=\(string\)"(.*)";$/);
		if (event) this.events.push({ from: event[1]!, event: event[2]!, json: JSON.parse(event[3]!.replace(/\\(.)/g, '$1')) });
		else this.lines.push(line);
	}
}

/** For after each test, also a failed one. */
export function killLaunches(): void {
	for (const launch of running) {
		launch.signal('SIGCONT');
		launch.signal('SIGKILL');
	}
	running.clear();
}
