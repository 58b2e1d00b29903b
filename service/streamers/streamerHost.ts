import type { Streamer } from '../contract/streamers.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Network } from '../network/network.js';
import type { PeerWay } from '../network/peerWay.js';
import { RtcElement } from '../rtc/rtcElement.js';
import { checkOffer, finishAnswer } from '../rtc/sdp.js';
import type { RtcSessions } from '../rtc/sessions.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';

/** A viewer who comes while the host is being replaced waits for it: faster than an error and another attempt. */
const READY_TIMEOUT_MS = 2_000;
/** A page reload is faster than this. */
const IDLE_MS = 10_000;

export interface StreamerPlan {
	host: SupervisedHost;
	/** What this host serves: itself, or the returns of all guests. */
	streamers: () => string[];
	/** Why no more viewers are accepted, or null. */
	full: () => string | null;
	network: Network;
	/** Pad with the sound; null for a picture alone. */
	audioPad: string | null;
	/** Measured output of its encoder; null before the first figures. */
	picture: () => { width: number; height: number; fps: number; kbps: number } | null;
	/** For a picture made only for these viewers: whether there are any. */
	onDemand?: (wanted: boolean) => void;
}

/** One host that sends one encode to any number of viewers. */
export class StreamerHost {
	readonly rtc: RtcElement;
	#next = 1;
	/** Streamer id of each peer: a return host serves several. */
	#subjects = new Map<string, string>();
	#idle: NodeJS.Timeout | undefined;

	constructor(
		readonly plan: StreamerPlan,
		private readonly sessions: RtcSessions,
		private readonly state: LiveState,
	) {
		this.rtc = new RtcElement(plan.host);
		this.rtc.on('gone', (peer) => this.#drop(peer));
		plan.host.on('ready', () => this.publishAll());
		plan.host.on('down', () => this.publishAll());
		plan.onDemand?.(false);
	}

	/** WHEP: offer in, answer out. `streamer` is the id the viewer asked for, `audioPad` its sound. */
	async watch(
		streamer: string,
		offer: string,
		way: PeerWay,
		audioPad = this.plan.audioPad,
	): Promise<{ session: string; answer: string }> {
		const checked = checkOffer(offer, { direction: 'watch', way, audio: audioPad !== null });
		const full = this.plan.full();
		if (full !== null) throw new StudioError('busy', full, undefined, 10);
		const network = await this.plan.network.peer(way);
		if (!(await this.plan.host.whenReady(READY_TIMEOUT_MS)))
			throw new StudioError('not-on-air', `${streamer} is starting; try again in a moment`, undefined, 1);
		const peer = `${streamer}-${this.#next++}`;
		this.#begin();
		const answer = await this.rtc
			.add(peer, {
				sdp: checked.offer,
				fingerprint: checked.fingerprint,
				video: checked.video ? { pt: checked.video.pt, codec: checked.video.codec } : null,
				audio: checked.audio && audioPad !== null ? { pt: checked.audio.pt, pad: audioPad } : null,
				network,
			})
			.finally(() => this.#restWhenAlone());
		if (!this.plan.streamers().includes(streamer)) {
			// Its guest was removed meanwhile: the slot and its sound belong to another.
			this.rtc.remove(peer);
			this.#restWhenAlone();
			throw new StudioError('not-found', `there is no streamer ${streamer}`);
		}
		this.#subjects.set(peer, streamer);
		const session = this.sessions.add({
			subject: streamer,
			peer,
			rtc: this.rtc,
			credentials: checked.credentials,
			candidates: checked.candidates,
			otherMids: checked.otherMids,
			close: async () => {
				this.rtc.remove(peer);
				this.#drop(peer);
			},
		});
		this.publish(streamer);
		return { session, answer: finishAnswer(answer, checked, this.plan.network.answer()) };
	}

	/** Ends every viewer of one streamer id. */
	closeAll(streamer: string): void {
		for (const [peer, subject] of this.#subjects)
			if (subject === streamer) {
				this.rtc.remove(peer);
				this.#drop(peer);
			}
	}

	viewers(streamer: string): number {
		let count = 0;
		for (const subject of this.#subjects.values()) if (subject === streamer) count += 1;
		return count;
	}

	publishAll(): void {
		for (const id of this.plan.streamers()) this.publish(id);
	}

	publish(id: string): void {
		const { width = null, height = null, fps = null, kbps = null } = this.plan.picture() ?? {};
		const streamer: Streamer = {
			id,
			viewers: this.viewers(id),
			state: this.plan.host.ready ? 'live' : 'starting',
			width,
			height,
			fps,
			kbps,
		};
		this.state.streamers.put(id, streamer);
	}

	/** The picture is ready by the time the viewer is connected. */
	#begin(): void {
		clearTimeout(this.#idle);
		this.plan.onDemand?.(true);
	}

	#restWhenAlone(): void {
		clearTimeout(this.#idle);
		if (!this.plan.onDemand || this.rtc.peers > 0) return;
		this.#idle = setTimeout(() => this.plan.onDemand?.(false), IDLE_MS);
		this.#idle.unref();
	}

	#drop(peer: string): void {
		const subject = this.#subjects.get(peer);
		this.#subjects.delete(peer);
		this.sessions.forget(this.rtc, peer);
		this.#restWhenAlone();
		// The return of a removed guest is not restored.
		if (subject && subject in this.state.current.streamers) this.publish(subject);
	}
}
