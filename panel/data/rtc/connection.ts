import { common } from '../../texts/common.js';
import { backoffMs } from '../backoff.js';
import { RequestError, send } from '../http.js';
import { mayRetry, type Refusal, silence } from '../refusal.js';
import { diagnoseServers } from './diagnosis.js';
import type { Failure, Status } from './status.js';
import { Trickle } from './trickle.js';

export type { Status } from './status.js';

export interface ConnectionOptions {
	/** The WHIP or WHEP endpoint. */
	url: string;
	/** Sent as Bearer; null: use the cookie. */
	token: string | null;
	/** Adds tracks or transceivers before the offer. */
	build(peer: RTCPeerConnection): void;
	/** Last change to the offer. */
	munge?(sdp: string): string;
	/** Last change to the answer. */
	mungeAnswer?(sdp: string): string;
	/** A counter that grows while media moves. */
	progress(report: RTCStatsReport): number;
	/** Why there is no connection, as far as the server knows. */
	diagnosis?(): Promise<string | null>;
	onStatus(status: Status): void;
}

const checkEveryMs = 500;
const disconnectedMs = 2000;
const stalledMs = 3000;
/** After this long without a picture, ask the server whether it still knows the session. */
const askMs = 700;
/** From the request on. The studio has its reasons after 7 s, and a guest should read them within 10 s. */
const connectMs = 7500;
/** Limit for the list of ICE servers; without an answer the connection is tried without them. */
const serversMs = 2500;

/** One WHIP or WHEP session, reconnected whenever it breaks, until `stop`. */
export class Connection {
	#peer: RTCPeerConnection | null = null;
	#trickle: Trickle | null = null;
	#session: string | null = null;
	#failures = 0;
	#retry = 0;
	#checker = 0;
	#running = false;
	/** Leaving the page ends its session at once; a page restored from the browser's cache starts it again. */
	#leave = () => {
		this.stop();
		window.addEventListener('pageshow', this.#comeBack, { once: true });
	};
	#comeBack = () => this.start();
	#hurry = () => this.#again();

	constructor(readonly options: ConnectionOptions) {}

	get peer(): RTCPeerConnection | null {
		return this.#peer;
	}

	start(): void {
		if (this.#running) return;
		this.#running = true;
		this.#failures = 0;
		window.addEventListener('pagehide', this.#leave);
		window.addEventListener('online', this.#hurry);
		void this.#try();
	}

	stop(): void {
		window.removeEventListener('pageshow', this.#comeBack);
		if (!this.#running) return;
		this.#rest();
		window.clearTimeout(this.#retry);
		this.#end();
		this.options.onStatus({ phase: 'idle', message: null });
	}

	#rest(): void {
		this.#running = false;
		window.removeEventListener('pagehide', this.#leave);
		window.removeEventListener('online', this.#hurry);
	}

	/** The network is back: do not wait for the next retry. */
	#again(): void {
		if (this.#peer !== null) return;
		window.clearTimeout(this.#retry);
		void this.#try();
	}

	async #try(): Promise<void> {
		this.#end();
		if (this.#failures === 0) this.options.onStatus({ phase: 'connecting', message: null });
		const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
		this.#peer = peer;
		const trickle = new Trickle(peer, () => this.#authorization());
		this.#trickle = trickle;
		try {
			this.options.build(peer);
			const [offer, iceServers] = await Promise.all([peer.createOffer(), this.#iceServers()]);
			if (this.#peer !== peer) return;
			peer.setConfiguration({ bundlePolicy: 'max-bundle', iceServers });
			const sdp = this.options.munge?.(offer.sdp ?? '') ?? offer.sdp ?? '';
			await peer.setLocalDescription({ type: 'offer', sdp });
			const begun = performance.now();
			const answer = await this.#post(sdp, peer);
			if (answer === null) return;
			trickle.begin(this.#session);
			await peer.setRemoteDescription({ type: 'answer', sdp: this.options.mungeAnswer?.(answer) ?? answer });
			if (this.#peer === peer) this.#watch(peer, begun);
		} catch (error) {
			if (this.#peer !== peer) return;
			if (!(error instanceof RequestError)) this.#broke(unusable(error), 'unusable');
			else this.#broke(error.refusal, error.refusal.status === 0 ? 'unanswered' : 'refused');
		}
	}

	/**
	 * The offer goes out at once, without candidates: the answer has all of the server's, and the server learns ours from the
	 * checks.
	 */
	async #post(sdp: string, peer: RTCPeerConnection): Promise<string | null> {
		const headers: Record<string, string> = { 'content-type': 'application/sdp', ...this.#authorization() };
		const response = await send(this.options.url, { method: 'POST', headers, body: sdp });
		const location = response.headers.get('location');
		const session = location === null ? null : new URL(location, new URL(this.options.url, document.baseURI)).href;
		const answer = await response.text();
		if (this.#peer !== peer) {
			void this.#release(session);
			return null;
		}
		this.#session = session;
		return answer;
	}

	/** No servers is no reason not to try. */
	async #iceServers(): Promise<RTCIceServer[]> {
		try {
			const signal = AbortSignal.timeout(serversMs);
			const response = await send('/api/ice-servers', { headers: this.#authorization(), signal });
			return ((await response.json()) as { iceServers: RTCIceServer[] }).iceServers;
		} catch {
			return [];
		}
	}

	/** The browser explains its ICE servers, the studio the rest. */
	async #noPath(peer: RTCPeerConnection): Promise<void> {
		window.clearInterval(this.#checker);
		const own = diagnoseServers(this.#trickle?.errors ?? []);
		const told = await this.options.diagnosis?.().catch(() => null);
		const words = [own, told].filter(Boolean).join(' ');
		const message = words || common.connection.noPath;
		if (this.#peer === peer) this.#broke({ ...silence(true), message }, 'no-path');
	}

	/** `begun`: when the session was requested. */
	#watch(peer: RTCPeerConnection, begun: number): void {
		let count = 0;
		let movedAt = begun;
		let connectedAt = 0;
		let steadyAt = begun;
		const check = async (): Promise<void> => {
			const report = await peer.getStats().catch(() => null);
			if (this.#peer !== peer || !report) return;
			const now = performance.now();
			const counted = this.options.progress(report);
			if (counted > count) movedAt = now;
			const state = peer.connectionState;
			if (state === 'connected') {
				steadyAt = now;
				if (connectedAt === 0) connectedAt = movedAt = now;
				if (counted > count) {
					this.#failures = 0;
					this.options.onStatus({ phase: 'live', message: null });
				}
			}
			count = counted;
			const stalled = connectedAt > 0 && now - movedAt > stalledMs;
			const gone = state === 'failed' || state === 'closed' || (connectedAt > 0 && now - steadyAt > disconnectedMs);
			if (connectedAt === 0 && (gone || now - begun > connectMs)) await this.#noPath(peer);
			else if (gone) this.#broke({ ...silence(false), message: common.connection.lost }, 'lost');
			else if (stalled) this.#broke({ ...silence(true), message: common.connection.noMedia }, 'no-media');
			// Last, because this question itself hangs in a network that drops everything.
			else if (connectedAt > 0 && now - movedAt > askMs && (await this.#ended()) && this.#peer === peer) {
				this.#failures = 0;
				this.options.onStatus({ phase: 'waiting', message: again(common.connection.lost), failure: 'lost' });
				void this.#try();
			}
		};
		this.#checker = window.setInterval(() => {
			void check();
			// Without media, twice as often: the sooner it notices, the sooner it is back.
			if (connectedAt > 0 && performance.now() - movedAt > askMs) window.setTimeout(check, checkEveryMs / 2);
		}, checkEveryMs);
	}

	/** True if the server has lost the session, which it does not report by itself. */
	async #ended(): Promise<boolean> {
		if (this.#session === null) return false;
		try {
			await send(this.#session, { method: 'HEAD', headers: this.#authorization() });
			return false;
		} catch (error) {
			return error instanceof RequestError && error.refusal.status === 404;
		}
	}

	#broke(refusal: Refusal, failure: Failure): void {
		this.#end();
		if (!this.#running) return;
		if (!mayRetry(refusal)) {
			this.#rest();
			this.options.onStatus({ phase: 'refused', message: refusal.message, failure, code: refusal.code });
			return;
		}
		this.#failures += 1;
		this.options.onStatus({ phase: 'waiting', message: again(refusal.message), failure, code: refusal.code });
		const waitMs = refusal.retryAfterS === null ? backoffMs(this.#failures) : Math.min(10, refusal.retryAfterS) * 1000;
		this.#retry = window.setTimeout(() => void this.#try(), waitMs);
	}

	#end(): void {
		window.clearInterval(this.#checker);
		const peer = this.#peer;
		const session = this.#session;
		this.#peer = null;
		this.#session = null;
		// Tell the server before closing, so that it can tell a guest who left from one who was lost.
		this.#release(session).finally(() => peer?.close());
	}

	/** Frees the seat on the server. `keepalive` lets the request outlive the page. */
	async #release(session: string | null): Promise<void> {
		if (session === null) return;
		await send(session, { method: 'DELETE', headers: this.#authorization(), keepalive: true }).catch(() => {
			// The server ends a silent session by itself.
		});
	}

	#authorization(): Record<string, string> {
		return this.options.token === null ? {} : { authorization: `Bearer ${this.options.token}` };
	}
}

function again(sentence: string): string {
	return `${sentence} ${common.connection.again}`;
}

/** The browser itself refused a description or a track. */
function unusable(error: unknown): Refusal {
	const reason = error instanceof Error ? error.message : String(error);
	return { status: 422, code: null, message: common.connection.unusable(reason), retryAfterS: null };
}
