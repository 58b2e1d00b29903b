import { EventEmitter } from 'node:events';
import type { PeerRequest } from '../../pipelines/commands.js';
import type { ElementEvent, EventData } from '../../pipelines/events.js';
import type { Connection } from '../contract/connection.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import { Answers } from '../util/answers.js';
import { StudioError } from '../util/errors.js';

/** The element answers within its gathering limit (1 s, or 2.5 s in relay-only mode); later than this it hangs. */
const ANSWER_TIMEOUT_MS = 6_000;

export type PeerStats = EventData<'r58webrtc', 'stats'>['peers'][number];

export interface RtcElementEvents {
	connected: [peer: string, connection: Connection | null];
	/** The peer is gone for good, whatever the cause. Once per answered peer. */
	gone: [peer: string, reason: string, connection: Connection | null];
	/** Not connected after some seconds; may still connect. */
	diagnosis: [peer: string, connection: Connection | null];
	stats: [stats: EventData<'r58webrtc', 'stats'>];
}

/** The service's side of one r58webrtc element (named `rtc`) in a host. */
export class RtcElement extends EventEmitter<RtcElementEvents> {
	#answers = new Answers<string>();
	#peers = new Set<string>();
	#connected = new Set<string>();

	constructor(readonly host: SupervisedHost) {
		super();
		host.on('event', (event) => {
			if (event.factory === 'r58webrtc') this.#onEvent(event);
		});
		host.on('down', (reason) => this.#lose(reason));
	}

	get peers(): number {
		return this.#peers.size;
	}

	connected(peer: string): boolean {
		return this.#connected.has(peer) && this.#peers.has(peer);
	}

	/** Resolves with the answer, all candidates included. Throws `busy` when the host ends meanwhile. */
	async add(peer: string, request: PeerRequest): Promise<string> {
		if (!this.host.ready) throw processEnded('not running');
		const answer = this.#answers.to(peer, ANSWER_TIMEOUT_MS, () => {
			this.remove(peer);
			return new StudioError('timeout', `no answer was created within ${ANSWER_TIMEOUT_MS / 1000} s`);
		});
		this.#peers.add(peer);
		this.#connected.delete(peer);
		this.host.command('rtc', { op: 'add', id: peer, ...request });
		return answer;
	}

	candidate(peer: string, candidate: string): void {
		this.host.command('rtc', { op: 'candidate', id: peer, candidate });
	}

	/** Idempotent; no `gone` follows. */
	remove(peer: string): void {
		this.#connected.delete(peer);
		if (this.#peers.delete(peer)) this.host.command('rtc', { op: 'remove', id: peer });
	}

	#onEvent({ event, data }: Extract<ElementEvent, { factory: 'r58webrtc' }>): void {
		switch (event) {
			case 'answer':
				this.#answers.resolve(data.id, data.sdp);
				break;
			case 'failed':
				this.#reject(data.id, data.reason);
				break;
			case 'refused':
				if (data.op === 'add' && data.id !== null) this.#reject(data.id, data.reason);
				break;
			case 'connected':
				if (!this.#peers.has(data.id)) break;
				this.#connected.add(data.id);
				this.emit('connected', data.id, data.connection ?? null);
				break;
			case 'gone':
				this.#gone(data.id, data.reason, data.connection ?? null);
				break;
			case 'diagnosis':
				if (this.#peers.has(data.id)) this.emit('diagnosis', data.id, data.connection ?? null);
				break;
			case 'stats':
				this.emit('stats', data);
				break;
		}
	}

	#reject(peer: string, reason: string): void {
		this.#peers.delete(peer);
		this.#answers.reject(peer, new StudioError('unsupported-media', reason));
	}

	#gone(peer: string, reason: string, connection: Connection | null, why?: StudioError): void {
		this.#answers.reject(peer, why ?? new StudioError('unsupported-media', reason));
		this.#connected.delete(peer);
		if (this.#peers.delete(peer)) this.emit('gone', peer, reason, connection);
	}

	#lose(reason: string): void {
		for (const peer of [...this.#peers]) this.#gone(peer, reason, null, processEnded(reason));
	}
}

/** Not the offer's fault, and the host restarts at once: the next attempt succeeds. */
export function processEnded(reason: string): StudioError {
	return new StudioError('busy', `the connection’s process has failed (${reason}); try again`, undefined, 1);
}
