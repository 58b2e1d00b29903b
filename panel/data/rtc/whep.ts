import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import { common } from '../../texts/common.js';
import { Connection, type Status } from './connection.js';
import { withStereo } from './sdp.js';

/** Watches one streamer over WHEP for its host element; falls back to sound only if the browser cannot decode the picture. */
export class Whep implements ReactiveController {
	stream: MediaStream | null = null;
	status: Status = { phase: 'idle', message: null };
	/** The browser cannot decode the studio's picture, so only sound is requested. */
	soundOnly = false;
	#connection: Connection | null = null;

	constructor(
		readonly host: ReactiveControllerHost,
		/** The element that shows the picture, once rendered. */
		readonly video: () => HTMLVideoElement | null,
		readonly token: () => string | null = () => null,
	) {
		host.addController(this);
	}

	get live(): boolean {
		return this.status.phase === 'live';
	}

	/** For the user; null when all is well. All studio video is H.264, which Firefox gets as a plug-in. */
	get message(): string | null {
		return this.soundOnly ? common.connection.lacksH264 : this.status.message;
	}

	hostDisconnected(): void {
		this.leave();
	}

	watch(streamer: string): void {
		this.leave();
		this.#connection = new Connection({
			url: `/whep/${encodeURIComponent(streamer)}`,
			token: this.token(),
			build: (peer) => this.#receive(peer),
			munge: withStereo,
			progress: (report) => (this.soundOnly ? packetsHeard(report) : this.#shown() ? framesDecoded(report) : 0),
			onStatus: (status) => {
				if (status.phase === 'refused' && status.code === 'unsupported-media' && !this.soundOnly) {
					this.soundOnly = true;
					this.watch(streamer);
					return;
				}
				if (status.phase === this.status.phase && status.message === this.status.message) return;
				this.status = status;
				this.host.requestUpdate();
			},
		});
		this.#connection.start();
	}

	leave(): void {
		this.#connection?.stop();
		this.#connection = null;
		this.stream = null;
	}

	/** Chromium may decode a stream and never show it; only a new session helps. */
	#shown(): boolean {
		const video = this.video();
		return !video?.srcObject || video.readyState > HTMLMediaElement.HAVE_NOTHING;
	}

	#receive(peer: RTCPeerConnection): void {
		if (!this.soundOnly) peer.addTransceiver('video', { direction: 'recvonly' });
		peer.addTransceiver('audio', { direction: 'recvonly' });
		const stream = new MediaStream();
		peer.ontrack = ({ track }) => {
			stream.addTrack(track);
			// Keep the last picture of the old session until the new one has tracks.
			this.stream = stream;
			this.host.requestUpdate();
		};
	}
}

function packetsHeard(report: RTCStatsReport): number {
	for (const entry of report.values())
		if (entry.type === 'inbound-rtp' && entry.kind === 'audio') return entry.packetsReceived ?? 0;
	return 0;
}

/** Decoded frames: frames that arrive without a key frame cannot be shown. */
function framesDecoded(report: RTCStatsReport): number {
	for (const entry of report.values()) {
		if (entry.type === 'inbound-rtp' && entry.kind === 'video') return entry.framesDecoded ?? 0;
	}
	return 0;
}
