import { EventEmitter } from 'node:events';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { PeerNetwork } from '../network/network.js';
import { StudioError } from '../util/errors.js';

/** The element answers within its gathering bound (1 s, or 2.5 s when only relays are allowed); this is an element that hangs. */
const ANSWER_TIMEOUT_MS = 6_000;

/** What `add` tells the element besides the offer. */
export interface PeerRequest {
	sdp: string;
	fingerprint: string;
	video: { pt: number; codec: string } | null;
	audio: { pt: number; pad?: string } | null;
	network: PeerNetwork;
}

export interface PeerStats {
	id: string;
	state: string;
	rttMs?: number;
	lossPct?: number;
	kbps?: number;
	/** Of a guest: none of the kinds that the offer has has come for a while. */
	videoQuiet?: boolean;
	audioQuiet?: boolean;
}

export interface RtcElementEvents {
	connected: [peer: string, data: Record<string, unknown>];
	/** The peer is gone for good, whatever the cause. Once per peer that was answered. */
	gone: [peer: string, reason: string, data: Record<string, unknown>];
	/** Not connected after some seconds; it may still become so. */
	trouble: [peer: string, data: Record<string, unknown>];
	stats: [peers: PeerStats[], element: Record<string, unknown>];
}

/** The service's side of one r58webrtc element (named `rtc`) in a host. */
export class RtcElement extends EventEmitter<RtcElementEvents> {
	#answers = new Map<string, { resolve: (sdp: string) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }>();
	#peers = new Set<string>();
	#connected = new Set<string>();

	constructor(readonly host: SupervisedHost) {
		super();
		host.on('event', (element, event, data) => {
			if (element === 'rtc') this.#onEvent(event, data);
		});
		host.on('down', (reason) => this.#lose(reason));
	}

	get peers(): number {
		return this.#peers.size;
	}

	connected(peer: string): boolean {
		return this.#connected.has(peer) && this.#peers.has(peer);
	}

	/** Resolves with the answer, all candidates in it. Throws `busy` when the process ends meanwhile. */
	add(peer: string, request: PeerRequest): Promise<string> {
		if (!this.host.ready) return Promise.reject(processEnded('it does not run'));
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#answers.delete(peer);
				this.remove(peer);
				reject(new StudioError('timeout', `no answer was made within ${ANSWER_TIMEOUT_MS / 1000} s`));
			}, ANSWER_TIMEOUT_MS);
			this.#answers.set(peer, { resolve, reject, timer });
			this.#peers.add(peer);
			this.#connected.delete(peer);
			this.host.command('rtc', { op: 'add', id: peer, ...request });
		});
	}

	candidate(peer: string, candidate: string): void {
		this.host.command('rtc', { op: 'candidate', id: peer, candidate });
	}

	/** Idempotent; no `gone` follows. */
	remove(peer: string): void {
		this.#connected.delete(peer);
		if (this.#peers.delete(peer)) this.host.command('rtc', { op: 'remove', id: peer });
	}

	#onEvent(event: string, data: Record<string, unknown>): void {
		const peer = String(data.id);
		switch (event) {
			case 'answer':
				this.#settle(peer, (answer) => answer.resolve(String(data.sdp)));
				break;
			case 'failed':
				this.#reject(peer, String(data.reason));
				break;
			case 'refused':
				if (data.op === 'add') this.#reject(peer, String(data.reason));
				break;
			case 'connected':
				if (!this.#peers.has(peer)) break;
				this.#connected.add(peer);
				this.emit('connected', peer, data);
				break;
			case 'gone':
				this.#gone(peer, String(data.reason), data);
				break;
			case 'trouble':
				if (this.#peers.has(peer)) this.emit('trouble', peer, data);
				break;
			case 'stats':
				if (Array.isArray(data.peers)) this.emit('stats', data.peers as PeerStats[], data);
				break;
		}
	}

	#reject(peer: string, reason: string): void {
		this.#peers.delete(peer);
		this.#settle(peer, (answer) => answer.reject(new StudioError('unsupported-media', reason)));
	}

	#gone(peer: string, reason: string, data: Record<string, unknown> = {}, why?: StudioError): void {
		this.#settle(peer, (answer) => answer.reject(why ?? new StudioError('unsupported-media', reason)));
		this.#connected.delete(peer);
		if (this.#peers.delete(peer)) this.emit('gone', peer, reason, data);
	}

	#lose(reason: string): void {
		for (const peer of [...this.#peers]) this.#gone(peer, reason, {}, processEnded(reason));
	}

	#settle(peer: string, use: (answer: { resolve: (sdp: string) => void; reject: (error: Error) => void }) => void): void {
		const answer = this.#answers.get(peer);
		if (!answer) return;
		this.#answers.delete(peer);
		clearTimeout(answer.timer);
		use(answer);
	}
}

/** Not the offer's fault, and mended at once: who asks again in a moment is answered. */
export function processEnded(reason: string): StudioError {
	return new StudioError('busy', `the process that makes the connection has failed (${reason}); try again`, undefined, 1);
}
