import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { clientMessageSchema, type EventMessage } from '../contract/events.js';
import { SocketClient, type SocketClientOptions } from '../http/socketClient.js';

export type Topic = 'levels' | 'stats';

export interface EventsClientOptions extends SocketClientOptions {
	/** The WebSocket underneath; `sent` tells when everything has left. */
	socket: Duplex;
	/** The snapshot message as text. */
	snapshot: () => string;
	onTopics: () => void;
}

/** Beyond this a client gets no deltas but, once it has caught up, a new snapshot. */
const maxBacklogBytes = 1024 * 1024;
/** Late levels and statistics are worthless. */
const maxTopicBacklogBytes = 64 * 1024;

type ClientMessage = z.infer<typeof clientMessageSchema>;

/** One client of the events socket. */
export class EventsClient extends SocketClient<ClientMessage, EventMessage> {
	readonly topics = new Set<Topic>();
	dropped = 0;
	#stale = false;

	constructor(private readonly o: EventsClientOptions) {
		super(o, clientMessageSchema);
	}

	override start(): void {
		super.start();
		this.o.socket.on('drain', () => this.#drained());
		this.o.webSocket.send(this.o.snapshot());
	}

	sendDelta(text: string): void {
		const { webSocket } = this.o;
		if (!this.#stale && webSocket.bufferedAmount <= maxBacklogBytes) {
			webSocket.send(text);
			return;
		}
		this.#stale = true;
		this.dropped += 1;
	}

	sendTopic(topic: Topic, text: string): void {
		if (!this.topics.has(topic)) return;
		if (this.o.webSocket.bufferedAmount > maxTopicBacklogBytes) this.dropped += 1;
		else this.o.webSocket.send(text);
	}

	protected handle(message: ClientMessage): void {
		if (message.type === 'ping') {
			this.send({ type: 'pong' });
			return;
		}
		this.topics.clear();
		for (const topic of message.topics) this.topics.add(topic);
		this.o.onTopics();
	}

	/** Answers, unless the client asks without ever reading. */
	protected send(message: EventMessage): void {
		if (this.o.webSocket.bufferedAmount > maxBacklogBytes) this.dropped += 1;
		else this.o.webSocket.send(JSON.stringify(message));
	}

	#drained(): void {
		if (!this.#stale) return;
		this.#stale = false;
		this.o.webSocket.send(this.o.snapshot());
	}
}
