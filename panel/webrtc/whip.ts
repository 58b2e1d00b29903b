import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { Guest } from '../../service/api/schema.js';
import { send } from '../api/http.js';
import { Connection, type Status } from './connection.js';
import { preferred } from './sdp.js';

const maxBitrate = 2_500_000;
const maxFramerate = 30;

/** Sends a camera and a microphone to a guest's seat over WHIP. */
export class Whip implements ReactiveController {
	status: Status = { phase: 'idle', message: null };
	#connection: Connection | null = null;
	#media = new MediaStream();

	constructor(readonly host: ReactiveControllerHost) {
		host.addController(this);
	}

	hostDisconnected(): void {
		this.leave();
	}

	join(guest: string, token: string | null, media: MediaStream): void {
		this.leave();
		this.#media = media;
		this.#connection = new Connection({
			url: `/whip/${encodeURIComponent(guest)}`,
			token,
			build: (peer) => this.#send(peer),
			progress: packetsSent,
			explain: () => reasonOf(guest, token),
			onStatus: (status) => {
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
	}

	/** Another camera or microphone without a new session, where the old one had a track of that kind. */
	async change(media: MediaStream): Promise<void> {
		this.#media = media;
		for (const sender of this.#connection?.peer?.getSenders() ?? []) {
			const track = media.getTracks().find(({ kind }) => kind === sender.track?.kind);
			if (track) await sender.replaceTrack(track);
		}
	}

	#send(peer: RTCPeerConnection): void {
		for (const track of this.#media.getAudioTracks()) {
			peer.addTransceiver(track, { direction: 'sendonly', streams: [this.#media] });
		}
		for (const track of this.#media.getVideoTracks()) {
			const transceiver = peer.addTransceiver(track, {
				direction: 'sendonly',
				streams: [this.#media],
				sendEncodings: [{ maxBitrate, maxFramerate }],
			});
			const codecs = preferred(RTCRtpSender.getCapabilities('video')?.codecs ?? []);
			if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
			void keepFramerate(transceiver.sender);
		}
	}
}

/** On a weak link the picture gets softer, not jerky: a mixer repeats frames that do not come. */
async function keepFramerate(sender: RTCRtpSender): Promise<void> {
	const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
	parameters.degradationPreference = 'maintain-framerate';
	await sender.setParameters(parameters).catch(() => {
		// A hint only; browsers without it balance by themselves.
	});
}

/** Why there is no connection, as the studio sees it. */
async function reasonOf(guest: string, token: string | null): Promise<string | null> {
	const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
	const response = await send(`/api/guests/${encodeURIComponent(guest)}`, { headers });
	return ((await response.json()) as Guest).lastError;
}

function packetsSent(report: RTCStatsReport): number {
	let packets = 0;
	for (const entry of report.values()) if (entry.type === 'outbound-rtp') packets += entry.packetsSent ?? 0;
	return packets;
}
