/** A GStreamer pipeline in a process of its own, with the plugin of this tree: commands in, events of r58 elements out. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { patienceMs, within } from '../wait.js';
import type { Answer, Order } from './pipelineChild.js';

export const pluginFolder = fileURLToPath(new URL('../../../../pipelines/plugin/build', import.meta.url));

/** What an event says; each has its own members. */
// biome-ignore lint/suspicious/noExplicitAny: tests read the members they know
export type EventBody = Record<string, any>;

interface Waiter {
	name: string;
	predicate: (body: EventBody) => boolean;
	resolve: (body: EventBody) => void;
}

export class Pipeline {
	/** Everything said so far, oldest first. */
	readonly events: { name: string; body: EventBody }[] = [];
	/** Error messages of the bus. */
	readonly errors: string[] = [];
	#child: ChildProcess | null = null;
	#waiters: Waiter[] = [];
	#answered: ((op: Answer['op']) => void) | null = null;

	async start(launch: string): Promise<this> {
		const child = fork(new URL('./pipelineChild.js', import.meta.url), {
			env: { ...process.env, GST_PLUGIN_PATH: pluginFolder },
			stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		});
		this.#child = child;
		child.on('message', (message: Answer) => this.#hear(message));
		await this.#order({ op: 'start', launch }, 'playing');
		return this;
	}

	get pid(): number {
		return this.#child!.pid!;
	}

	command(name: string, body: object | string): void {
		this.#child!.send({ op: 'command', name, text: typeof body === 'string' ? body : JSON.stringify(body) } satisfies Order);
	}

	/** The next event of this name that fits. */
	waitEvent(name: string, predicate: (body: EventBody) => boolean = () => true, timeoutMs = patienceMs): Promise<EventBody> {
		const waiter: Waiter = { name, predicate, resolve: () => {} };
		const event = new Promise<EventBody>((resolve) => {
			waiter.resolve = resolve;
		});
		this.#waiters.push(waiter);
		return within(event, timeoutMs, `event ${name}`).finally(() => {
			this.#waiters = this.#waiters.filter((other) => other !== waiter);
		});
	}

	/** Down to NULL (files are closed then) and up again. */
	async halt(): Promise<void> {
		await this.#order({ op: 'stop' }, 'stopped');
	}

	async play(): Promise<void> {
		await this.#order({ op: 'play' }, 'playing');
	}

	async stop(): Promise<void> {
		try {
			if (this.#child?.connected) await this.halt();
		} finally {
			this.kill();
		}
	}

	/** Ends the process without a word to GStreamer. */
	kill(): void {
		this.#child?.kill('SIGKILL');
		this.#child = null;
	}

	#order(order: Order, answer: Answer['op']): Promise<void> {
		const child = this.#child!;
		const done = new Promise<void>((resolve, reject) => {
			this.#answered = (op) => op === answer && resolve();
			child.once('exit', (code, signal) => reject(new Error(`the pipeline ended with ${code ?? signal}`)));
		});
		child.send(order);
		return within(done, patienceMs, order.op);
	}

	#hear(message: Answer): void {
		if (message.op !== 'message') {
			this.#answered?.(message.op);
			return;
		}
		const { type, event, json } = message.message;
		if (type === 'error') this.errors.push(JSON.stringify(message.message));
		if (typeof event !== 'string' || typeof json !== 'string') return;
		const body = JSON.parse(json) as EventBody;
		this.events.push({ name: event, body });
		for (const waiter of this.#waiters) if (waiter.name === event && waiter.predicate(body)) waiter.resolve(body);
	}
}
