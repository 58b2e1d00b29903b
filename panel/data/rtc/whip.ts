import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { Guest } from '../../../service/contract/guests.js';
import { send } from '../http.js';
import { Connection } from './connection.js';
import { LastingLimitation } from './lastingLimitation.js';
import { preferred, withoutCap } from './sdp.js';
import type { Limitation, Status } from './status.js';

const maxFramerate = 30;

/** Sends a camera and a microphone to a guest's seat over WHIP. */
export class Whip implements ReactiveController {
	status: Status = { phase: 'idle', message: null };
	/** Limit for the picture, kbit/s. */
	#kbps = 2500;
	#connection: Connection | null = null;
	#media = new MediaStream();
	#seat: { guest: string; token: string | null } | null = null;
	#limitation = new LastingLimitation();

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	get limitation(): Limitation {
		return this.#limitation.current;
	}

	hostDisconnected(): void {
		this.leave();
	}

	join(guest: string, token: string | null, media: MediaStream): void {
		this.leave();
		this.#media = media;
		this.#seat = { guest, token };
		this.#connection = new Connection({
			url: `/whip/${encodeURIComponent(guest)}`,
			token,
			build: (peer) => this.#send(peer),
			// The cap is applied here instead, where it can be lifted while the picture runs.
			mungeAnswer: withoutCap,
			progress: (report) => this.#progress(report),
			diagnosis: () => diagnosisOf(guest, token),
			onStatus: (status) => this.#report(status),
		});
		this.#connection.start();
	}

	leave(): void {
		this.#connection?.stop();
		this.#connection = null;
		this.#seat = null;
		this.#limitation = new LastingLimitation();
	}

	/** Switches camera or microphone; needs a new session only for a kind that was not sent before. */
	async change(media: MediaStream): Promise<void> {
		const senders = this.#connection?.peer?.getSenders() ?? [];
		const sent = (kind: string) => senders.some(({ track }) => track?.kind === kind);
		if (this.#seat && senders.length > 0 && media.getTracks().some(({ kind }) => !sent(kind))) {
			this.join(this.#seat.guest, this.#seat.token, media);
			return;
		}
		this.#media = media;
		for (const sender of senders) {
			const track = media.getTracks().find(({ kind }) => kind === sender.track?.kind);
			if (!track || track === sender.track) continue;
			await sender.replaceTrack(track);
			await this.#tune(sender);
		}
	}

	async limit(kbps: number): Promise<void> {
		if (kbps === this.#kbps) return;
		this.#kbps = kbps;
		for (const sender of this.#connection?.peer?.getSenders() ?? []) await this.#tune(sender);
	}

	#send(peer: RTCPeerConnection): void {
		for (const track of this.#media.getAudioTracks()) {
			peer.addTransceiver(track, { direction: 'sendonly', streams: [this.#media] });
		}
		for (const track of this.#media.getVideoTracks()) {
			const transceiver = peer.addTransceiver(track, {
				direction: 'sendonly',
				streams: [this.#media],
				sendEncodings: [{ maxBitrate: this.#kbps * 1000, maxFramerate }],
			});
			const codecs = preferred(RTCRtpSender.getCapabilities('video')?.codecs ?? []);
			if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
			void this.#tune(transceiver.sender);
		}
	}

	/**
	 * On a weak link a camera loses detail rather than frames, because the mixer would repeat missing frames. A shared screen loses
	 * frames instead, so that its text stays readable.
	 */
	async #tune(sender: RTCRtpSender): Promise<void> {
		if (sender.track?.kind !== 'video') return;
		const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
		const detail = sender.track.contentHint === 'detail';
		parameters.degradationPreference = detail ? 'maintain-resolution' : 'maintain-framerate';
		for (const encoding of parameters.encodings) encoding.maxBitrate = this.#kbps * 1000;
		await sender.setParameters(parameters).catch(() => {
			// Browsers without one of these find their own balance; the next session starts with the right bitrate.
		});
	}

	#progress(report: RTCStatsReport): number {
		let packets = 0;
		for (const entry of report.values()) {
			if (entry.type !== 'outbound-rtp') continue;
			packets += entry.packetsSent ?? 0;
			if (entry.kind === 'video' && this.#limitation.read(entry.qualityLimitationReason, performance.now()))
				this.host.requestUpdate();
		}
		return packets;
	}

	#report(status: Status): void {
		if (status.phase === this.status.phase && status.message === this.status.message) return;
		this.status = status;
		this.host.requestUpdate();
	}
}

/** Why there is no connection, as the studio sees it. */
async function diagnosisOf(guest: string, token: string | null): Promise<string | null> {
	const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
	const response = await send(`/api/guests/${encodeURIComponent(guest)}`, { headers });
	return ((await response.json()) as Guest).lastError;
}
