/**
 * A peer of libdatachannel that speaks as OBS does with the same library: the offer goes out before anything is gathered, and
 * nothing is sent after it; H.264 at payload type 96, Opus at 111.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import datachannel from 'node-datachannel';
import { patienceMs, until, within } from '../wait.js';
import { Pipeline } from './pipeline.js';

export type Kind = 'video' | 'audio';
const kinds = ['audio', 'video'] as const;

export class ObsPeer {
	/** Without candidates. */
	readonly offer: Promise<string>;
	readonly packets: Record<Kind, number> = { audio: 0, video: 0 };
	state = 'new';
	readonly #connection: InstanceType<typeof datachannel.PeerConnection>;
	readonly #tracks: Record<Kind, ReturnType<InstanceType<typeof datachannel.PeerConnection>['addTrack']>>;

	/** `h264`: format parameters of the picture, where they are to be others than the library's own. */
	constructor(
		readonly does: 'sends' | 'watches',
		h264?: string,
	) {
		const connection = new datachannel.PeerConnection('obs', { iceServers: [] });
		this.#connection = connection;
		this.offer = within(
			new Promise<string>((resolve) => connection.onLocalDescription((sdp) => resolve(withoutCandidates(sdp)))),
			patienceMs,
			'the offer',
		);
		connection.onStateChange((state) => {
			this.state = state;
		});
		const direction = does === 'sends' ? 'SendOnly' : 'RecvOnly';
		const audio = new datachannel.Audio('0', direction);
		audio.addOpusCodec(111);
		const video = new datachannel.Video('1', direction);
		video.addH264Codec(96, ...(h264 === undefined ? [] : [h264]));
		if (does === 'sends') {
			audio.addSSRC(1, 'obs');
			video.addSSRC(2, 'obs');
		}
		this.#tracks = { audio: connection.addTrack(audio), video: connection.addTrack(video) };
		for (const kind of kinds) {
			if (does === 'watches') this.#tracks[kind].setMediaHandler(new datachannel.RtcpReceivingSession());
			this.#tracks[kind].onMessage(() => {
				this.packets[kind] += 1;
			});
		}
		connection.setLocalDescription('offer');
	}

	answer(sdp: string): void {
		this.#connection.setRemoteDescription(sdp, 'answer');
	}

	async untilConnected(timeoutMs = patienceMs): Promise<void> {
		await until(() => this.state === 'connected', { what: `the peer, which is ${this.state}, to be connected`, timeoutMs });
	}

	/** The other side said goodbye. */
	async untilClosed(timeoutMs = patienceMs): Promise<void> {
		const gone = () => ['closed', 'disconnected', 'failed'].includes(this.state);
		await until(gone, { what: `the peer, which is ${this.state}, to be closed`, timeoutMs });
	}

	async untilReceived(more: number, timeoutMs = patienceMs): Promise<void> {
		const from = { ...this.packets };
		await until(() => kinds.every((kind) => this.packets[kind] >= from[kind] + more), {
			what: `${more} more packets of each kind`,
			timeoutMs,
		});
	}

	send(kind: Kind, packet: Buffer): void {
		if (this.#tracks[kind].isOpen()) this.#tracks[kind].sendMessageBinary(packet);
	}

	close(): void {
		this.#connection.close();
	}

	/** The library's threads keep a process alive until this; after the last peer is closed. */
	static end(): void {
		datachannel.cleanup();
	}
}

/** A picture of one colour, as what a browser makes of its camera. */
const smallPicture = `videotestsrc is-live=true pattern=solid-color foreground-color=0xff20a040
	! video/x-raw,format=I420,width=320,height=180,framerate=15/1,colorimetry=bt709
	! x264enc tune=zerolatency speed-preset=ultrafast bitrate=200 key-int-max=15 ! video/x-h264,profile=constrained-baseline
	! rtph264pay pt=96 ssrc=2 mtu=1200 config-interval=-1 aggregate-mode=zero-latency`;

/** A picture and a tone as RTP, for any number of peers that send. */
export class ObsFeed {
	readonly peers = new Set<ObsPeer>();
	#pipeline: Pipeline | undefined;
	#sockets: Socket[] = [];

	/** `video`: what makes the picture's packets, of payload type 96 and SSRC 2. */
	constructor(private readonly video = smallPicture) {}

	async start(): Promise<this> {
		const ports: Record<string, number> = {};
		for (const kind of kinds) ports[kind] = await this.#port(kind);
		this.#pipeline = await new Pipeline().start(
			`${this.video} ! udpsink host=127.0.0.1 port=${ports.video}
			audiotestsrc is-live=true freq=1320 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=111 ssrc=1
			! udpsink host=127.0.0.1 port=${ports.audio}`,
		);
		return this;
	}

	stop(): void {
		for (const peer of this.peers) peer.close();
		for (const socket of this.#sockets) socket.close();
		this.#pipeline?.kill();
	}

	#port(kind: Kind): Promise<number> {
		const socket = createSocket('udp4', (packet) => {
			for (const peer of this.peers) peer.send(kind, packet);
		});
		this.#sockets.push(socket);
		return new Promise((resolve) => {
			socket.bind(0, '127.0.0.1', () => resolve((socket.address() as AddressInfo).port));
		});
	}
}

function withoutCandidates(sdp: string): string {
	return sdp
		.split(/(?<=\n)/)
		.filter((line) => !/^a=(candidate|end-of-candidates)/.test(line))
		.join('');
}
