import type { RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import { messageOf, StudioError } from '../errors.js';
import { validate } from './validation.js';

export interface SocketClientOptions {
	webSocket: WebSocket;
	/** Asked now and then: whether its token or session still counts. */
	stillAllowed: () => boolean;
	onClose: () => void;
}

const maxMistakes = 5;
export const policyViolation = 1008;
/** How long a client may be silent; it is pinged every 10 s. */
const silenceMs = 30_000;

/** One client of a WebSocket: what it says is checked, and it is ended when it says nothing, or nonsense only. */
export abstract class SocketClient<Message, Event> {
	readonly #options: SocketClientOptions;
	readonly #schema: z.ZodType<Message>;
	#mistakes = 0;
	#heardAt = performance.now();

	constructor(options: SocketClientOptions, schema: z.ZodType<Message>) {
		this.#options = options;
		this.#schema = schema;
	}

	/** Throws StudioError for what is refused; the client is told. */
	protected abstract handle(message: Message): void;

	protected abstract send(event: Event | { type: 'error'; code: StudioError['code']; message: string }): void;

	start(): void {
		const { webSocket, onClose } = this.#options;
		webSocket.on('message', (data) => this.#receive(data));
		webSocket.on('pong', () => this.#heard());
		webSocket.on('close', onClose);
	}

	/** Called every 10 s: ends clients that are silent, or whose token or session has ended. */
	check(): void {
		const { webSocket, stillAllowed } = this.#options;
		if (performance.now() - this.#heardAt > silenceMs) this.terminate();
		else if (!stillAllowed()) this.close(policyViolation, 'logged out');
		else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
	}

	close(code: number, reason: string): void {
		this.#options.webSocket.close(code, reason);
	}

	terminate(): void {
		this.#options.webSocket.terminate();
	}

	#heard(): void {
		this.#heardAt = performance.now();
	}

	#receive(data: RawData): void {
		this.#heard();
		try {
			this.handle(validate(this.#schema, parse(String(data)), 'message'));
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			this.send({ type: 'error', code: error.code, message: error.message });
			if (error.code === 'bad-json' || error.code === 'invalid') this.#mistakes += 1;
			if (this.#mistakes >= maxMistakes) this.close(policyViolation, 'too many malformed messages');
		}
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StudioError('bad-json', `the message is no JSON: ${messageOf(error)}`);
	}
}
