import type { GuestMessage } from '../contract/guestChannel.js';
import { messagesKept } from '../contract/guestProtocol.js';
import type { LiveState } from '../state/state.js';
import type { Tables } from '../util/boundedMap.js';
import { StudioError } from '../util/errors.js';
import { SlidingWindow } from '../util/slidingWindow.js';

/** Messages per side within the window; people do not type faster. */
const windowMs = 10_000;
const perWindow: Record<GuestMessage['from'], number> = { guest: 5, studio: 20 };

/** What the studio and its guests write to each other; in the state, until the service stops. */
export class Conversations {
	#sent = {
		guest: new SlidingWindow(windowMs, perWindow.guest),
		studio: new SlidingWindow(windowMs, perWindow.studio),
	};

	constructor(private readonly state: LiveState) {}

	get tables(): Tables {
		const { guest, studio } = this.#sent;
		return { 'message times of guests': guest.keys, 'message times of the studio': studio.keys };
	}

	/** Throws `not-found`, or `rate-limited` when this side writes too fast. */
	add(guest: string, from: GuestMessage['from'], text: string, now = Date.now()): GuestMessage {
		const { messages } = this.#guest(guest);
		if (this.#sent[from].waitMs(guest, now) > 0)
			throw new StudioError('rate-limited', 'too many messages; wait a moment', undefined, windowMs / 1000);
		this.#sent[from].add(guest, now);
		const message: GuestMessage = { id: (messages.at(-1)?.id ?? 0) + 1, from, text, at: new Date(now).toISOString() };
		this.state.guests.patch(guest, { messages: [...messages, message].slice(-messagesKept) });
		return message;
	}

	/** The guest has read up to this message. */
	seen(guest: string, id: number): void {
		const { messages, seenMessage } = this.#guest(guest);
		const newest = Math.min(id, messages.at(-1)?.id ?? 0);
		if (newest > seenMessage) this.state.guests.patch(guest, { seenMessage: newest });
	}

	forget(guest: string): void {
		for (const sent of Object.values(this.#sent)) sent.forget(guest);
	}

	#guest(id: string) {
		const { guests } = this.state.current;
		if (!Object.hasOwn(guests, id)) throw new StudioError('not-found', `there is no guest ${id}`);
		return guests[id]!;
	}
}
