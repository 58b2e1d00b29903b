import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { GuestEvent, GuestMessage, GuestRequest, GuestStatus } from '../../../service/contract/guestChannel.js';
import { bearerProtocol, guestProtocol, messagesKept } from '../../../service/contract/guestProtocol.js';
import type { Session } from '../../../service/contract/sessions.js';
import { backoffMs } from '../../data/backoff.js';
import { RequestError, request } from '../../data/http.js';

const pingEveryMs = 2000;
const silenceMs = 6000;
/** Close code for a removed guest. */
const removedCode = 4001;

/** The live channel to the studio: this guest's status, and messages. Reconnects until `stop`. */
export class Channel implements ReactiveController {
	/** Null while unknown: no lamp may be lit from old state. */
	status: GuestStatus | null = null;
	messages: GuestMessage[] = [];
	/** The studio has removed this guest. */
	removed = false;
	/** The link was revoked: a connected guest stays connected, without this channel. */
	revoked = false;
	/** Why the last message was rejected. */
	refusal: string | null = null;
	#guest = '';
	#token: string | null = null;
	#socket: WebSocket | null = null;
	#failures = 0;
	#retry = 0;
	#pinger = 0;
	#silence = 0;
	#online = () => this.#again();

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	get connected(): boolean {
		return this.status !== null;
	}

	hostDisconnected(): void {
		this.stop();
	}

	start(guest: string, token: string | null): void {
		this.stop();
		this.revoked = false;
		this.#guest = guest;
		this.#token = token;
		window.addEventListener('online', this.#online);
		this.#connect();
	}

	stop(): void {
		window.removeEventListener('online', this.#online);
		window.clearTimeout(this.#retry);
		this.#drop();
	}

	say(text: string): void {
		this.refusal = null;
		this.#send({ type: 'message', text });
	}

	seen(id: number): void {
		this.#send({ type: 'seen', id });
	}

	#connect(): void {
		this.#drop();
		const url = `${location.origin.replace(/^http/, 'ws')}/api/guests/${encodeURIComponent(this.#guest)}/events`;
		const token = this.#token === null ? [] : [`${bearerProtocol}${this.#token}`];
		const socket = new WebSocket(url, [guestProtocol, ...token]);
		this.#socket = socket;
		socket.onopen = () => {
			this.#pinger = window.setInterval(() => this.#send({ type: 'ping' }), pingEveryMs);
		};
		socket.onmessage = ({ data }) => {
			this.#failures = 0;
			this.#expectMore();
			this.#receive(JSON.parse(data as string) as GuestEvent);
		};
		socket.onclose = ({ code }) => {
			if (code === removedCode) this.removed = true;
			else this.#failed();
			this.host.requestUpdate();
		};
		this.#expectMore();
	}

	#receive(event: GuestEvent): void {
		switch (event.type) {
			case 'messages':
				this.messages = event.messages;
				break;
			case 'message':
				this.messages = [...this.messages, event.message].slice(-messagesKept);
				break;
			case 'status':
				this.status = event.status;
				break;
			case 'removed':
				this.removed = true;
				break;
			case 'error':
				this.refusal = event.code;
				break;
			case 'pong':
				return;
		}
		this.host.requestUpdate();
	}

	#expectMore(): void {
		window.clearTimeout(this.#silence);
		this.#silence = window.setTimeout(() => this.#failed(), silenceMs);
	}

	#failed(): void {
		this.#drop();
		this.#retry = window.setTimeout(() => this.#connect(), backoffMs(this.#failures));
		this.#failures += 1;
		this.host.requestUpdate();
		// To a script a refused upgrade looks like any other failure; the session tells them apart.
		if (this.#failures > 1) void this.#askWhy();
	}

	async #askWhy(): Promise<void> {
		try {
			const session = await request<Session>('GET', '/api/session', { token: this.#token });
			if (session.guest === this.#guest) return;
			this.removed = true;
		} catch (error) {
			if (!(error instanceof RequestError) || ![401, 403].includes(error.refusal.status)) return;
			if (error.refusal.code === 'revoked') this.revoked = true;
			else this.removed = true;
		}
		this.stop();
		this.host.requestUpdate();
	}

	/** The network is back: do not wait for the next retry. */
	#again(): void {
		if (this.connected || this.removed || this.revoked) return;
		window.clearTimeout(this.#retry);
		this.#connect();
	}

	#send(request: GuestRequest): void {
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
	}

	#drop(): void {
		window.clearInterval(this.#pinger);
		window.clearTimeout(this.#silence);
		window.clearTimeout(this.#retry);
		this.status = null;
		const socket = this.#socket;
		this.#socket = null;
		if (!socket) return;
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
	}
}
