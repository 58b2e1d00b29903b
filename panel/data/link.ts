import { applyChanges } from '../../service/contract/delta.js';
import type { ClientMessage, EventMessage } from '../../service/contract/events.js';
import type { State } from '../../service/contract/state.js';
import { backoffMs } from './backoff.js';
import { currentSession } from './session.js';

const pingEveryMs = 500;
/** Silence after which the link counts as lost. Even a busy browser must grey out within 2 s. */
const silenceMs = 1400;
/** Time for an attempt to get its first message. */
const tryMs = 3000;

export type Levels = Record<string, [number, number]>;
export type Topic = 'levels' | 'stats';

/**
 * The events socket. Keeps the state current, notices silence, and reconnects until stopped. Events: `change` (state or
 * `online`), `levels`, `stats` (CustomEvents), `ended` (the session is no longer valid).
 */
export class Link extends EventTarget {
	state: State | null = null;
	online = false;
	#socket: WebSocket | null = null;
	#silence = 0;
	#patience = 0;
	#pinger = 0;
	#retry = 0;
	#failures = 0;
	#running = false;

	constructor(readonly topics: readonly Topic[]) {
		super();
	}

	start(): void {
		this.#running = true;
		this.#connect();
	}

	stop(): void {
		this.#running = false;
		window.clearTimeout(this.#retry);
		window.clearTimeout(this.#silence);
		this.#drop();
	}

	#connect(): void {
		this.#drop();
		const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/events`);
		this.#socket = socket;
		socket.onopen = () => {
			this.#send({ type: 'subscribe', topics: [...this.topics] });
			this.#pinger = window.setInterval(() => this.#send({ type: 'ping' }), pingEveryMs);
		};
		let heard = false;
		socket.onmessage = ({ data }) => {
			heard = true;
			window.clearTimeout(this.#patience);
			this.#expectMore(silenceMs);
			this.#receive(JSON.parse(data as string) as EventMessage);
		};
		socket.onclose = () => {
			// Closed before any message: the studio is away, so do not wait for the silence timer.
			if (!heard) this.#darken();
			this.#failed();
		};
		this.#patience = window.setTimeout(() => this.#failed(), tryMs);
	}

	#send(message: ClientMessage): void {
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
	}

	#receive(message: EventMessage): void {
		switch (message.type) {
			case 'snapshot':
				this.#failures = 0;
				this.state = message.state;
				this.online = true;
				this.#changed();
				break;
			case 'delta':
				if (!this.state || message.seq <= this.state.seq) break;
				if (message.seq !== this.state.seq + 1) {
					this.#connect();
					break;
				}
				this.state = applyChanges(this.state, message.seq, message.changes);
				this.#changed();
				break;
			case 'levels':
				this.dispatchEvent(new CustomEvent<Levels>('levels', { detail: message.levels }));
				break;
			case 'stats':
				this.dispatchEvent(new CustomEvent('stats', { detail: message.hosts }));
				break;
		}
	}

	#expectMore(waitMs: number): void {
		window.clearTimeout(this.#silence);
		const due = performance.now() + waitMs;
		this.#silence = window.setTimeout(() => {
			// Fired far too late: this page slept, and messages that arrived meanwhile are queued behind this timer.
			if (performance.now() - due > 500) this.#expectMore(300);
			else this.#lost();
		}, waitMs);
	}

	#darken(): void {
		if (!this.online) return;
		this.online = false;
		this.dispatchEvent(new CustomEvent<Levels>('levels', { detail: {} }));
		this.#changed();
	}

	#lost(): void {
		this.#darken();
		// An open socket has gone silent; one that is still connecting has its own timer.
		if (this.#socket?.readyState === WebSocket.OPEN) this.#failed();
	}

	#failed(): void {
		if (!this.#running) return;
		this.#drop();
		window.clearTimeout(this.#retry);
		this.#retry = window.setTimeout(() => this.#connect(), backoffMs(this.#failures));
		this.#failures += 1;
		// To a script a refused upgrade looks like any other failure; the session tells them apart.
		if (this.#failures > 1) {
			currentSession().then(
				(session) => session === null && this.#running && this.dispatchEvent(new Event('ended')),
				() => undefined,
			);
		}
	}

	#drop(): void {
		window.clearInterval(this.#pinger);
		window.clearTimeout(this.#patience);
		const socket = this.#socket;
		this.#socket = null;
		if (!socket) return;
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
	}

	#changed(): void {
		this.dispatchEvent(new Event('change'));
	}
}
