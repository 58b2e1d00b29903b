import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { messageOf, StudioError } from '../errors.js';
import { clientMessageSchema, type EventMessage } from './schema.js';
import { validate } from './validation.js';

export type Topic = 'levels' | 'stats';

export interface EventsClientOptions {
	webSocket: WebSocket;
	/** What the WebSocket runs on: it tells when everything was sent. */
	socket: Duplex;
	stillAllowed: () => boolean;
	/** The snapshot message as text. */
	snapshot: () => string;
	onTopics: () => void;
	onClose: () => void;
}

/** Beyond this a client gets no deltas but, once it has read what waits, a new snapshot. */
const maxBacklogBytes = 1024 * 1024;
/** Levels and statistics are worth nothing late. */
const maxTopicBacklogBytes = 64 * 1024;
const maxMistakes = 5;
const policyViolation = 1008;
/** How long a client may be silent; it is pinged every 10 s. */
const silenceMs = 30_000;

/** One client of the events socket. */
export class EventsClient {
	readonly topics = new Set<Topic>();
	dropped = 0;
	#options: EventsClientOptions;
	#stale = false;
	#mistakes = 0;
	#heardAt = performance.now();

	constructor(options: EventsClientOptions) {
		this.#options = options;
	}

	start(): void {
		const { webSocket, socket, onClose } = this.#options;
		webSocket.on('message', (data) => this.#receive(data));
		webSocket.on('pong', () => this.#heard());
		webSocket.on('close', onClose);
		socket.on('drain', () => this.#drained());
		webSocket.send(this.#options.snapshot());
	}

	sendDelta(text: string): void {
		const { webSocket } = this.#options;
		if (!this.#stale && webSocket.bufferedAmount <= maxBacklogBytes) {
			webSocket.send(text);
			return;
		}
		this.#stale = true;
		this.dropped += 1;
	}

	sendTopic(topic: Topic, text: string): void {
		if (!this.topics.has(topic)) return;
		if (this.#options.webSocket.bufferedAmount > maxTopicBacklogBytes) this.dropped += 1;
		else this.#options.webSocket.send(text);
	}

	/** Called every 10 s: ends clients that are silent, or whose token or session has ended. */
	check(): void {
		if (performance.now() - this.#heardAt > silenceMs) {
			this.terminate();
		} else if (!this.#options.stillAllowed()) {
			this.close(policyViolation, 'logged out');
		} else if (this.#options.webSocket.readyState === this.#options.webSocket.OPEN) {
			this.#options.webSocket.ping();
		}
	}

	close(code: number, reason: string): void {
		this.#options.webSocket.close(code, reason);
	}

	terminate(): void {
		this.#options.webSocket.terminate();
	}

	#drained(): void {
		if (!this.#stale) return;
		this.#stale = false;
		this.#options.webSocket.send(this.#options.snapshot());
	}

	#heard(): void {
		this.#heardAt = performance.now();
	}

	#receive(data: RawData): void {
		this.#heard();
		try {
			const message = validate(clientMessageSchema, parse(String(data)), 'message');
			if (message.type === 'ping') {
				this.#send({ type: 'pong' });
				return;
			}
			this.topics.clear();
			for (const topic of message.topics) this.topics.add(topic);
			this.#options.onTopics();
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			this.#mistakes += 1;
			this.#send({ type: 'error', code: error.code, message: error.message });
			if (this.#mistakes >= maxMistakes) this.close(policyViolation, 'too many malformed messages');
		}
	}

	/** Answers; not to somebody who asks and asks and never reads. */
	#send(message: EventMessage): void {
		if (this.#options.webSocket.bufferedAmount > maxBacklogBytes) this.dropped += 1;
		else this.#options.webSocket.send(JSON.stringify(message));
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StudioError('bad-json', `the message is no JSON: ${messageOf(error)}`);
	}
}
