/** A client of the events socket. */
import WebSocket from 'ws';
import type { ClientMessage, EventMessage } from '../../service/contract/events.js';
import { patienceMs, until } from './wait.js';

export class Events {
	/** All that came, oldest first. */
	readonly messages: EventMessage[] = [];
	closeCode: number | null = null;
	#socket: WebSocket;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
		socket.on('close', (code) => {
			this.closeCode = code;
		});
	}

	/** Connects; resolves when the socket is open, or rejects with the refusal. */
	static async connect(http: string, token: string): Promise<Events> {
		const socket = new WebSocket(`${http.replace(/^http/, 'ws')}/api/events`, {
			headers: { authorization: `Bearer ${token}` },
			handshakeTimeout: 5000,
			rejectUnauthorized: false,
		});
		const events = new Events(socket);
		await new Promise<void>((resolve, reject) => {
			socket.once('open', () => resolve());
			socket.once('error', reject);
		});
		socket.on('error', () => {});
		return events;
	}

	send(message: ClientMessage): void {
		this.#socket.send(JSON.stringify(message));
	}

	/** The first message, also among those that came already, that fits. */
	next<T extends EventMessage>(fits: (message: EventMessage) => message is T, what: string, timeoutMs?: number): Promise<T>;
	next(fits: (message: EventMessage) => boolean, what: string, timeoutMs?: number): Promise<EventMessage>;
	async next(fits: (message: EventMessage) => boolean, what: string, timeoutMs = patienceMs): Promise<EventMessage> {
		return until(() => this.messages.find(fits), { what, timeoutMs, everyMs: 10 });
	}

	close(): void {
		this.#socket.terminate();
	}
}
