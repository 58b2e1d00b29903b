import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EventMessage, Levels } from '../contract/events.js';
import type { HostFigures } from '../contract/system.js';
import { Bucket } from '../http/rates.js';
import { type Route, route } from '../http/route.js';
import { messageRate, socketServerOptions } from '../http/socketClient.js';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { EventsClient, type Topic } from './eventsClient.js';
import type { LiveState } from './state.js';

const checkIntervalMs = 10_000;
const goingAway = 1001;

type Listen<T> = (listener: (value: T) => void) => () => void;

export interface EventsOptions {
	state: LiveState;
	/** Calls with each measurement until the returned function is called. */
	topics: { levels: Listen<Levels>; stats: Listen<Record<string, HostFigures>> };
	log: Log;
}

/** The events socket: the state as a snapshot, then its changes; levels and statistics to those who ask. */
export class EventsHub {
	#options: EventsOptions;
	#server = new WebSocketServer(socketServerOptions);
	#clients = new Set<EventsClient>();
	#droppedByGone = 0;
	/** Sockets closed because they sent too much. */
	talkative = 0;
	#stopState: (() => void) | undefined;
	#stopTopics = new Map<Topic, () => void>();
	#timer: NodeJS.Timeout | undefined;

	constructor(options: EventsOptions) {
		this.#options = options;
	}

	get clients(): number {
		return this.#clients.size;
	}

	/** Messages that were not sent because a client read too slowly. */
	get dropped(): number {
		return [...this.#clients].reduce((sum, client) => sum + client.dropped, this.#droppedByGone);
	}

	start(): void {
		this.#stopState = this.#options.state.onChange((seq, changes) => {
			const text = JSON.stringify({ type: 'delta', seq, changes } satisfies EventMessage);
			for (const client of this.#clients) client.sendDelta(text);
		});
		this.#timer = setInterval(() => {
			for (const client of this.#clients) client.check();
		}, checkIntervalMs).unref();
	}

	stop(): void {
		this.#stopState?.();
		clearInterval(this.#timer);
		for (const client of this.#clients) client.close(goingAway, 'the studio is stopping');
	}

	/** Cuts the connections that did not close by themselves. */
	terminate(): void {
		for (const client of this.#clients) client.terminate();
	}

	/** Takes over an authorised upgrade. `stillAllowed` is checked again while the socket is open. */
	accept(request: IncomingMessage, socket: Duplex, head: Buffer, stillAllowed: () => boolean): void {
		this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, socket, stillAllowed));
	}

	#add(webSocket: WebSocket, socket: Duplex, stillAllowed: () => boolean): void {
		const messages = new Bucket(messageRate);
		const client = new EventsClient({
			webSocket,
			socket,
			stillAllowed,
			maySpeak: () => {
				const may = messages.take() === 0;
				if (!may) this.talkative += 1;
				return may;
			},
			snapshot: () => JSON.stringify({ type: 'snapshot', state: this.#options.state.snapshot() } satisfies EventMessage),
			onTopics: () => this.#updateTopics(),
			onClose: () => {
				this.#clients.delete(client);
				this.#droppedByGone += client.dropped;
				this.#updateTopics();
			},
		});
		// The snapshot first: taking it flushes pending changes, which this client must not get again.
		client.start();
		this.#clients.add(client);
		webSocket.on('error', (error) => this.#options.log.debug({ err: error }, 'events socket'));
	}

	/** Listens to levels and statistics only while somebody wants them, once for all clients. */
	#updateTopics(): void {
		const { topics } = this.#options;
		const listen: Record<Topic, () => () => void> = {
			levels: () => topics.levels((levels) => this.#publish('levels', { type: 'levels', levels })),
			stats: () => topics.stats((hosts) => this.#publish('stats', { type: 'stats', hosts })),
		};
		for (const topic of ['levels', 'stats'] as const) {
			const wanted = [...this.#clients].some((client) => client.topics.has(topic));
			const stop = this.#stopTopics.get(topic);
			if (wanted && !stop) this.#stopTopics.set(topic, listen[topic]());
			if (!wanted && stop) {
				stop();
				this.#stopTopics.delete(topic);
			}
		}
	}

	#publish(topic: Topic, message: EventMessage): void {
		const text = JSON.stringify(message);
		for (const client of this.#clients) client.sendTopic(topic, text);
	}
}

export const eventsPath = '/api/events';

export function eventsRoutes(): Route[] {
	return [
		route({
			method: 'GET',
			path: eventsPath,
			role: 'operator',
			summary: 'WebSocket: a snapshot of the state, then its changes. Subscribe to `levels` and `stats`; ping once a second',
			handler: () => {
				throw new StudioError('invalid', 'this is a WebSocket: send an upgrade request');
			},
		}),
	];
}
