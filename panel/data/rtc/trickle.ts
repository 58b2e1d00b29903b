import { send } from '../http.js';

/** Candidates found within this time are sent together. */
const gatherMs = 50;

/**
 * Sends the server a peer's candidates as they are found (RFC 9725 §4.3.1). The server learns most of them from the connectivity
 * checks; a TURN server blocks addresses it was not told about.
 */
export class Trickle {
	/** What the browser reports about each server that gave no candidate. */
	readonly errors: RTCPeerConnectionIceErrorEvent[] = [];
	#session: string | null = null;
	#waiting: RTCIceCandidate[] = [];
	#timer = 0;

	constructor(
		private readonly peer: RTCPeerConnection,
		private readonly authorization: () => Record<string, string>,
	) {
		peer.addEventListener('icecandidate', ({ candidate }) => this.#found(candidate));
		peer.addEventListener('icecandidateerror', (event) => this.errors.push(event));
	}

	/** Candidates can be sent from now on. */
	begin(session: string | null): void {
		this.#session = session;
		this.#plan();
	}

	#found(candidate: RTCIceCandidate | null): void {
		// Names ending in .local resolve only in the sender's network.
		if (!candidate?.candidate || / [\w-]+\.local /.test(candidate.candidate) || / tcp /i.test(candidate.candidate)) return;
		this.#waiting.push(candidate);
		this.#plan();
	}

	#plan(): void {
		if (this.#session === null || this.#waiting.length === 0 || this.#timer !== 0) return;
		this.#timer = window.setTimeout(() => void this.#send(), gatherMs);
	}

	async #send(): Promise<void> {
		this.#timer = 0;
		const [first] = this.#waiting;
		const sdp = this.peer.localDescription?.sdp ?? '';
		const line = (name: string) => new RegExp(`^a=${name}:.*$`, 'm').exec(sdp)?.[0].trim();
		if (!first || this.#session === null || this.peer.signalingState === 'closed') return;
		// Everything is bundled onto the first media line.
		const media = /^m=(audio|video)/m.exec(sdp)?.[1] ?? 'audio';
		const fragment = [
			line('ice-ufrag'),
			line('ice-pwd'),
			`m=${media} 9 UDP/TLS/RTP/SAVPF 0`,
			line('mid'),
			...this.#waiting.map(({ candidate }) => `a=${candidate}`),
		];
		this.#waiting = [];
		const headers = { 'content-type': 'application/trickle-ice-sdpfrag', ...this.authorization() };
		await send(this.#session, { method: 'PATCH', headers, body: `${fragment.join('\r\n')}\r\n` }).catch(() => {
			// The session has ended; whoever watches it sees that too.
		});
	}
}
