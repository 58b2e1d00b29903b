import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Commanded } from '../../pipelines/commands.js';
import { type ElementEvent, elementEvent } from '../../pipelines/events.js';
import { r58Elements } from '../../pipelines/launch.js';
import type { HostEvent, HostRequest, HostRole } from '../../pipelines/protocol.js';
import { messageOf } from '../util/errors.js';
import { hostMessage } from './hostMessage.js';
import { outOfMemoryKills } from './usage.js';

const hostProgram = fileURLToPath(new URL('../../pipelines/host.js', import.meta.url));
/** A host that has not ended this long after it was asked to is killed. */
const STOP_TIMEOUT_MS = 2_000;
/** What has not died this long after SIGKILL is held by the kernel, in a driver (state D). */
const DEATH_TIMEOUT_MS = 2_000;
/** How long the last messages of a dead process may take to arrive. */
const LAST_WORDS_MS = 200;

export interface HostProcessEvents {
	idle: [];
	ready: [];
	event: [event: ElementEvent];
	warning: [element: string, message: string];
	eos: [];
	/** Once, whatever the cause; `reason` is null for an asked-for stop. */
	end: [reason: string | null];
	/** It was killed and does not die; `end` may follow much later. */
	stuck: [];
}

/** One host process, from spawn to end. It is never reused: what restarts is a new one. */
export class HostProcess extends EventEmitter<HostProcessEvents> {
	readonly #child: ChildProcess;
	#reason: string | null = null;
	#stopping = false;
	#ended = false;
	/** What it has still to do before it takes a description at once: to start, and each warm-up. */
	#toDo = 1;
	#deathTimer: NodeJS.Timeout | undefined;
	/** Factories of its r58 elements by their names. */
	#elements = new Map<string, string>();
	readonly #oomKills = outOfMemoryKills();
	/** Monotonic ms of the last message of any kind: a stopped or stuck process says nothing. */
	heardAt = performance.now();

	constructor(env: NodeJS.ProcessEnv, onOutput: (line: string) => void) {
		super();
		// setpriv: the kernel kills the host when the service dies, even a host that is frozen.
		this.#child = spawn(
			'setpriv',
			['--pdeathsig', 'KILL', process.execPath, '--max-old-space-size=64', hostProgram, 'title-room'.padEnd(80, '-')],
			{ env: { ...env, UV_THREADPOOL_SIZE: '4' }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'json' },
		);
		for (const stream of [this.#child.stdout!, this.#child.stderr!])
			stream.setEncoding('utf8').on('data', (text: string) => {
				for (const line of text.split('\n')) if (line.trim()) onOutput(line);
			});
		this.#child.on('message', (message) => {
			const event = hostMessage(message);
			if (event) this.#onEvent(event);
			else this.emit('warning', 'host', 'it sent an unexpected message');
		});
		this.#child.on('error', (error) => this.#end(`the host process could not be started: ${error.message}`));
		this.#child.on('exit', (code, signal) => this.#onExit(code, signal));
	}

	/** The exit may overtake the reason the host sent for it: that has arrived when the channel is closed. */
	#onExit(code: number | null, signal: NodeJS.Signals | null): void {
		const end = () => this.#end(this.#reason ?? (signal ? this.#signalled(signal) : `ended with code ${code}`));
		if (!this.#child.connected) {
			end();
			return;
		}
		const timer = setTimeout(end, LAST_WORDS_MS);
		this.#child.once('disconnect', () => {
			clearTimeout(timer);
			end();
		});
	}

	get pid(): number | undefined {
		return this.#child.pid;
	}

	get ended(): boolean {
		return this.#ended;
	}

	/** True once it would take a description at once: it has started, and is not warming up. */
	get idle(): boolean {
		return this.#toDo === 0;
	}

	start(role: HostRole, name: string, launch: string): void {
		this.#elements = r58Elements(launch);
		this.#send({ type: 'start', role, name, launch });
	}

	/** Loads what `launch` needs ahead of time. Only before `start`. */
	warm(launch: string): void {
		this.#toDo += 1;
		this.#send({ type: 'warm', launch });
	}

	command<E extends keyof Commanded>(element: E, command: Commanded[E]): void {
		this.#send({ type: 'command', element, command });
	}

	drain(): void {
		this.#send({ type: 'drain' });
	}

	/** Idempotent; resolves when the process is gone, or stuck in the kernel: at most 4 s later. */
	async stop(): Promise<void> {
		if (this.#ended) return;
		this.#stopping = true;
		const ended = new Promise<void>((resolve) => {
			this.once('end', () => resolve());
			this.once('stuck', () => resolve());
		});
		this.#send({ type: 'stop' });
		const timer = setTimeout(() => this.kill(null), STOP_TIMEOUT_MS);
		await ended;
		clearTimeout(timer);
	}

	/** At once; `reason` is reported by `end`. */
	kill(reason: string | null): void {
		this.#reason ??= reason;
		this.#child.kill('SIGKILL');
		this.#deathTimer ??= setTimeout(() => {
			if (!this.#ended) this.emit('stuck');
		}, DEATH_TIMEOUT_MS);
	}

	#signalled(signal: NodeJS.Signals): string {
		const noMemory = signal === 'SIGKILL' && outOfMemoryKills() > this.#oomKills;
		return noMemory ? 'killed by the kernel: out of memory' : `ended by ${signal}`;
	}

	#send(request: HostRequest): void {
		// A message to a process that has just died is lost with it; `end` follows.
		if (this.#child.connected) this.#child.send(request, () => {});
	}

	/** It now ends by itself; it is killed if its exit hangs (a quiet bus that is still polled). */
	#fail(reason: string): void {
		this.#reason ??= reason;
		const timer = setTimeout(() => this.kill(null), STOP_TIMEOUT_MS);
		this.once('end', () => clearTimeout(timer));
	}

	#onEvent(event: HostEvent): void {
		this.heardAt = performance.now();
		if (event.type === 'idle') this.#toDo -= 1;
		switch (event.type) {
			case 'idle':
			case 'ready':
			case 'eos':
				this.emit(event.type);
				break;
			case 'event':
				this.#onElementEvent(event);
				break;
			case 'warning':
				this.emit('warning', event.element, event.message);
				break;
			case 'refused':
				this.#fail(event.reason);
				break;
			case 'error':
				this.#fail(`${event.element}: ${event.message}`);
				break;
		}
	}

	/** An event of the wrong shape is dropped. */
	#onElementEvent({ element, event, data }: Extract<HostEvent, { type: 'event' }>): void {
		let checked: ElementEvent;
		try {
			// GStreamer numbers those without a name: r58linksrc0.
			checked = elementEvent(this.#elements.get(element) ?? element.replace(/\d+$/, ''), element, event, data);
		} catch (error) {
			this.emit('warning', element, `the event ${event} cannot be used: ${messageOf(error)}`);
			return;
		}
		this.emit('event', checked);
	}

	#end(reason: string): void {
		if (this.#ended) return;
		this.#ended = true;
		clearTimeout(this.#deathTimer);
		this.emit('end', this.#stopping ? null : reason);
	}
}
