import type { RawData, WebSocket } from 'ws';
import { messageOf, StudioError } from '../errors.js';
import { tallyOf } from '../show/tally.js';
import type { Studio } from '../studio.js';
import { type GuestEvent, type GuestStatus, guestRequestSchema } from './guestChannel.js';
import { validate } from './validation.js';

export interface GuestEventsClientOptions {
	webSocket: WebSocket;
	guest: string;
	studio: Studio;
	stillAllowed: () => boolean;
	onClose: () => void;
}

const maxMistakes = 5;
const policyViolation = 1008;
/** Of the private range: the page is not to come back. */
const removed = 4001;
/** Who is this far behind is cut off: it comes back and starts with what is, so nothing is lost by it. */
const maxBacklogBytes = 64 * 1024;
/** How long a page may be silent; it is pinged every 10 s. */
const silenceMs = 30_000;

/** One page of one guest. */
export class GuestEventsClient {
	#status = '';
	/** Newest message that was sent. */
	#told = 0;
	#mistakes = 0;
	#heardAt = performance.now();

	constructor(private readonly o: GuestEventsClientOptions) {}

	start(): void {
		const { webSocket, studio, guest, onClose } = this.o;
		webSocket.on('message', (data) => this.#receive(data));
		webSocket.on('pong', () => this.#heard());
		webSocket.on('close', onClose);
		const messages = studio.state.current.guests[guest]?.messages ?? [];
		this.#told = messages.at(-1)?.id ?? 0;
		this.#send({ type: 'messages', messages });
		this.update();
	}

	/** Tells what is new since the last time. */
	update(): void {
		const { studio, guest, webSocket } = this.o;
		if (webSocket.readyState !== webSocket.OPEN) return;
		const found = studio.state.current.guests[guest];
		if (!found) {
			this.#send({ type: 'removed' });
			this.close(removed, 'removed by the studio');
			return;
		}
		for (const message of found.messages.filter(({ id }) => id > this.#told)) this.#send({ type: 'message', message });
		this.#told = found.messages.at(-1)?.id ?? 0;
		const text = JSON.stringify({ type: 'status', status: this.#view() } satisfies GuestEvent);
		if (text === this.#status) return;
		this.#status = text;
		this.#sendText(text);
	}

	/** Called every 10 s: ends pages that are silent, or whose token has ended. */
	check(): void {
		const { webSocket, stillAllowed } = this.o;
		if (performance.now() - this.#heardAt > silenceMs) this.terminate();
		else if (!stillAllowed()) this.close(policyViolation, 'logged out');
		else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
	}

	close(code: number, reason: string): void {
		this.o.webSocket.close(code, reason);
	}

	terminate(): void {
		this.o.webSocket.terminate();
	}

	#view(): GuestStatus {
		const { current } = this.o.studio.state;
		const { name, maxKbps, state, path, rttMs, lossPct, kbps, video, lastError, seenMessage } = current.guests[this.o.guest]!;
		return {
			name,
			tally: tallyOf(this.o.guest, current),
			muted: current.audio[this.o.guest]?.mute ?? false,
			maxKbps,
			state,
			path,
			rttMs,
			lossPct,
			kbps,
			video,
			lastError,
			seenMessage,
		};
	}

	#heard(): void {
		this.#heardAt = performance.now();
	}

	#receive(data: RawData): void {
		this.#heard();
		const { studio, guest } = this.o;
		try {
			const request = validate(guestRequestSchema, parse(String(data)), 'message');
			if (request.type === 'ping') this.#send({ type: 'pong' });
			else if (request.type === 'seen') studio.seenMessage(guest, request.id);
			else studio.addMessage(guest, 'guest', request.text);
		} catch (error) {
			if (!(error instanceof StudioError)) throw error;
			this.#send({ type: 'error', code: error.code, message: error.message });
			if (error.code === 'bad-json' || error.code === 'invalid') this.#mistakes += 1;
			if (this.#mistakes >= maxMistakes) this.close(policyViolation, 'too many malformed messages');
		}
	}

	#send(event: GuestEvent): void {
		this.#sendText(JSON.stringify(event));
	}

	#sendText(text: string): void {
		const { webSocket } = this.o;
		if (webSocket.bufferedAmount > maxBacklogBytes) this.terminate();
		else webSocket.send(text);
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new StudioError('bad-json', `the message is no JSON: ${messageOf(error)}`);
	}
}
