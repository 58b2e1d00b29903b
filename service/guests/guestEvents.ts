import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { guestProtocol } from '../contract/guestProtocol.js';
import type { Caller } from '../http/caller.js';
import { Buckets } from '../http/rates.js';
import { messageRate, policyViolation, socketServerOptions } from '../http/socketClient.js';
import type { LiveState } from '../state/state.js';
import type { Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import type { Log } from '../util/log.js';
import type { Conversations } from './conversations.js';
import { GuestEventsClient } from './guestEventsClient.js';

const checkIntervalMs = 10_000;
/** Per guest: a second tab, and the one being reloaded. The oldest is closed. */
const maxClients = 4;
const goingAway = 1001;

/** The guest whose live channel a path names; null for any other path. */
export function guestEventsSubject(path: string): string | null {
	return /^\/api\/guests\/([a-z0-9-]{1,64})\/events$/.exec(path)?.[1] ?? null;
}

/** Throws `forbidden` unless the caller is this guest: nobody else may speak for them. */
export function allowGuestEvents(caller: Caller, guest: string): void {
	if (caller.guest !== guest) throw new StudioError('forbidden', 'this channel is for the guest only');
}

export interface GuestEventsOptions {
	state: LiveState;
	conversations: Pick<Conversations, 'add' | 'seen'>;
	log: Log;
}

/** The live channels of guest pages: each gets the state of its own seat only. */
export class GuestEventsHub {
	#server = new WebSocketServer({
		...socketServerOptions,
		// The other offered protocol is the token: it must not be echoed.
		handleProtocols: (offered) => (offered.has(guestProtocol) ? guestProtocol : false),
	});
	/** Oldest first. */
	#clients = new Map<string, GuestEventsClient[]>();
	/** Per guest: another socket raises no limit. */
	#messages = new Buckets(messageRate);
	/** Sockets closed because they sent too much. */
	talkative = 0;
	#stopState: (() => void) | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(private readonly options: GuestEventsOptions) {}

	get tables(): Tables {
		return { 'message rates of guests': this.#messages.table };
	}

	get clients(): number {
		return [...this.#clients.values()].reduce((sum, clients) => sum + clients.length, 0);
	}

	start(): void {
		this.#stopState = this.options.state.onChange(() => {
			for (const clients of this.#clients.values()) for (const client of [...clients]) client.update();
		});
		this.#timer = setInterval(() => {
			for (const clients of this.#clients.values()) for (const client of [...clients]) client.check();
		}, checkIntervalMs).unref();
	}

	stop(): void {
		this.#stopState?.();
		clearInterval(this.#timer);
		for (const clients of this.#clients.values()) for (const client of clients) client.close(goingAway, 'the studio is stopping');
	}

	/** Cuts the connections that did not close by themselves. */
	terminate(): void {
		for (const clients of this.#clients.values()) for (const client of clients) client.terminate();
	}

	/** Takes over an authorised upgrade. `stillAllowed` is checked again while the socket is open. */
	accept(request: IncomingMessage, socket: Duplex, head: Buffer, guest: string, stillAllowed: () => boolean): void {
		this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, guest, stillAllowed));
	}

	#add(webSocket: WebSocket, guest: string, stillAllowed: () => boolean): void {
		const clients = this.#clients.get(guest) ?? [];
		this.#clients.set(guest, clients);
		const client = new GuestEventsClient({
			webSocket,
			guest,
			state: this.options.state,
			conversations: this.options.conversations,
			stillAllowed,
			maySpeak: () => {
				const may = this.#messages.take(guest) === 0;
				if (!may) this.talkative += 1;
				return may;
			},
			onClose: () => {
				const index = clients.indexOf(client);
				if (index >= 0) clients.splice(index, 1);
				if (clients.length === 0 && this.#clients.get(guest) === clients) this.#clients.delete(guest);
			},
		});
		webSocket.on('error', (error) => this.options.log.debug({ err: error }, 'guest events socket'));
		if (clients.length >= maxClients) clients.shift()!.close(policyViolation, 'too many open pages of one guest');
		clients.push(client);
		client.start();
	}
}
