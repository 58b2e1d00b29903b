import type { RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import { messageOf, StudioError } from '../util/errors.js';
import { validate } from '../util/validation.js';
import type { Rate } from './rates.js';

export interface SocketClientOptions {
	webSocket: WebSocket;
	/** Checked now and then: whether the token or session is still valid. */
	stillAllowed: () => boolean;
	/** Takes one message from the client's budget (`messageRate`); false when it is used up. */
	maySpeak: () => boolean;
	onClose: () => void;
}

/** Per WebSocket, control frames included. Pages send about one message a second, and what people type. */
export const messageRate: Rate = { burst: 60, perSecond: 20 };
/**
 * Common to all WebSocket servers. One message per turn of the event loop, so that others get their turn in between and
 * nothing is read after the end. Pings are answered here, so that they count.
 */
export const socketServerOptions = {
	noServer: true,
	maxPayload: 4096,
	perMessageDeflate: false,
	allowSynchronousEvents: false,
	autoPong: false,
} as const;
/** How long the close reason has to reach a client that is no longer read. */
const farewellMs = 1000;
const maxMistakes = 5;
export const policyViolation = 1008;
/** How long a client may be silent; it is pinged every 10 s. */
const silenceMs = 30_000;

/** One WebSocket client: validates its messages, and closes it when it is silent or sends only nonsense. */
export abstract class SocketClient<Message, Event> {
	readonly #options: SocketClientOptions;
	readonly #schema: z.ZodType<Message>;
	#mistakes = 0;
	#heardAt = performance.now();
	#ended = false;

	constructor(options: SocketClientOptions, schema: z.ZodType<Message>) {
		this.#options = options;
		this.#schema = schema;
	}

	/** Throws StudioError, which is sent to the client. */
	protected abstract handle(message: Message): void;

	protected abstract send(event: Event | { type: 'error'; code: StudioError['code']; message: string }): void;

	start(): void {
		const { webSocket, onClose } = this.#options;
		webSocket.on('message', (data) => {
			if (this.#hear()) this.#receive(data);
		});
		webSocket.on('ping', (data) => {
			if (this.#hear() && webSocket.readyState === webSocket.OPEN) webSocket.pong(data);
		});
		webSocket.on('pong', () => this.#hear());
		webSocket.on('close', onClose);
	}

	/** Called every 10 s: closes clients that are silent, or whose token or session has ended. */
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

	/** False when the client is no longer read. */
	#hear(): boolean {
		if (this.#ended) return false;
		this.#heardAt = performance.now();
		if (this.#options.maySpeak()) return true;
		this.#end('too many messages');
		return false;
	}

	/** Closes with a reason, without waiting for the client's answer. */
	#end(reason: string): void {
		const { webSocket } = this.#options;
		this.#ended = true;
		this.close(policyViolation, reason);
		webSocket.pause();
		setTimeout(() => webSocket.terminate(), farewellMs).unref();
	}

	#receive(data: RawData): void {
		try {
			this.handle(validate(this.#schema, parse(String(data)), 'message'));
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			this.send({ type: 'error', code: error.code, message: error.message });
			if (error.code === 'bad-json' || error.code === 'invalid') this.#mistakes += 1;
			if (this.#mistakes >= maxMistakes) this.#end('too many malformed messages');
		}
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StudioError('bad-json', `the message is not JSON: ${messageOf(error)}`);
	}
}
