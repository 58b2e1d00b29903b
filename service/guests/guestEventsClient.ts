import type { z } from 'zod';
import { type GuestEvent, type GuestStatus, guestRequestSchema } from '../contract/guestChannel.js';
import { tallyOf } from '../contract/tally.js';
import { SocketClient, type SocketClientOptions } from '../http/socketClient.js';
import type { LiveState } from '../state/state.js';
import type { Conversations } from './conversations.js';

export interface GuestEventsClientOptions extends SocketClientOptions {
	guest: string;
	state: LiveState;
	conversations: Pick<Conversations, 'add' | 'seen'>;
}

/** From the private range: the page is not to reconnect. */
const removed = 4001;
/** A client this far behind is cut off: it reconnects and starts with the current state. */
const maxBacklogBytes = 64 * 1024;

type GuestRequest = z.infer<typeof guestRequestSchema>;

/** One page of one guest. */
export class GuestEventsClient extends SocketClient<GuestRequest, GuestEvent> {
	#status = '';
	/** The newest message that was sent. */
	#told = 0;

	constructor(private readonly o: GuestEventsClientOptions) {
		super(o, guestRequestSchema);
	}

	override start(): void {
		super.start();
		const { state, guest } = this.o;
		const messages = state.current.guests[guest]?.messages ?? [];
		this.#told = messages.at(-1)?.id ?? 0;
		this.send({ type: 'messages', messages });
		this.update();
	}

	/** Sends what changed since the last time. */
	update(): void {
		const { state, guest, webSocket } = this.o;
		if (webSocket.readyState !== webSocket.OPEN) return;
		const found = state.current.guests[guest];
		if (!found) {
			this.send({ type: 'removed' });
			this.close(removed, 'removed by the studio');
			return;
		}
		for (const message of found.messages.filter(({ id }) => id > this.#told)) this.send({ type: 'message', message });
		this.#told = found.messages.at(-1)?.id ?? 0;
		const text = JSON.stringify({ type: 'status', status: this.#view() } satisfies GuestEvent);
		if (text === this.#status) return;
		this.#status = text;
		this.#sendText(text);
	}

	#view(): GuestStatus {
		const { current } = this.o.state;
		const { name, maxKbps, state, path, rttMs, lossPct, kbps, video, nothingSent, lastError, seenMessage } =
			current.guests[this.o.guest]!;
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
			nothingSent,
			lastError,
			seenMessage,
		};
	}

	protected handle(request: GuestRequest): void {
		const { conversations, guest } = this.o;
		if (request.type === 'ping') this.send({ type: 'pong' });
		else if (request.type === 'seen') conversations.seen(guest, request.id);
		else if (this.o.stillAllowed()) conversations.add(guest, 'guest', request.text);
		else this.check();
	}

	protected send(event: GuestEvent): void {
		this.#sendText(JSON.stringify(event));
	}

	#sendText(text: string): void {
		const { webSocket } = this.o;
		if (webSocket.bufferedAmount > maxBacklogBytes) this.terminate();
		else webSocket.send(text);
	}
}
