import type { Canvas } from '../../pipelines/canvas.js';
import { videoKbpsFor } from '../../pipelines/encoder.js';
import { multiviewStreamer, programStreamer, returnStreamer } from '../../pipelines/streamer.js';
import type { VideoEncoder } from '../../pipelines/videoEncoder.js';
import { EncoderMonitor } from '../encoders/monitor.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import { MixerControl } from '../mixer/mixerControl.js';
import type { Network } from '../network/network.js';
import type { PeerWay } from '../network/peerWay.js';
import { maxReturns } from '../rtc/places.js';
import type { PeerAnswer, RtcSessions } from '../rtc/sessions.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import { StreamerHost } from './streamerHost.js';
import { returnsFull, viewersFull } from './viewerLimits.js';

/** Limit of an element; how many may watch is a setting. */
const MAX_VIEWERS = 1000;
const RETURN_OPUS_KBPS = 64;
/** Viewers' hosts start with the first encoded frame, or after this long. */
const START_DELAY_MS = 2_000;
/** How soon a hung streamer is replaced: viewers must see the program again within 3 s. */
const STALL_MS = 1_250;
const PUBLISH_MS = 1_000;

export interface StreamersOptions {
	instance: string;
	canvas: Canvas;
	/** Mixer inputs and multiview tiles. */
	slots: number;
	/** What encodes the multiview. */
	encoder: () => VideoEncoder;
	state: LiveState;
	supervisor: Supervisor;
	sessions: RtcSessions;
	network: Network;
	/** Of the program's encoder. */
	program: EncoderMonitor;
	slotOf: (guest: string) => number | undefined;
	/** False: nothing runs for viewers. */
	viewers: boolean;
}

/** Everything watched over WebRTC: program, multiview, and the guests' returns. */
export class Streamers {
	/** Draws the multiview. */
	readonly multiviewMixer: MixerControl;
	/** Sends the program; the first reader of its encoder. */
	readonly programHost: SupervisedHost;
	readonly #program: StreamerHost;
	readonly #multiview: StreamerHost;
	readonly #returns: StreamerHost;
	#starting: NodeJS.Timeout | undefined;
	#publishing: NodeJS.Timeout | undefined;

	constructor(private readonly o: StreamersOptions) {
		const { instance, slots, encoder, state, supervisor, sessions, network } = o;
		const host = (name: string, launch: () => string) => supervisor.add({ role: 'streamer', name, launch, stallMs: STALL_MS });
		const canvas = multiviewCanvasFor(o.canvas);
		const kbps = videoKbpsFor(canvas);
		const multiview = host('multiview', () =>
			multiviewStreamer({ instance, canvas, slots, video: encoder(), videoKbps: kbps, maxPeers: MAX_VIEWERS }),
		);
		this.multiviewMixer = new MixerControl(multiview);
		this.programHost = host('program', () => programStreamer({ instance, maxPeers: MAX_VIEWERS }));
		const returns = host('return', () => returnStreamer({ instance, maxPeers: maxReturns, slots, opusKbps: RETURN_OPUS_KBPS }));
		const multiviewMonitor = new EncoderMonitor({
			id: 'multiview',
			host: multiview,
			link: 'encoded',
			encoder,
			canvas,
			kbps,
			state,
		});
		const full = () => viewersFull(this.#program.rtc.peers + this.#multiview.rtc.peers, network.settings.limits.viewers);
		const picture = () => o.program.measured;
		this.#program = new StreamerHost(
			{ host: this.programHost, streamers: () => ['program'], full, network, audioPad: 'audio_main', picture },
			sessions,
			state,
		);
		this.#multiview = new StreamerHost(
			{
				host: multiview,
				streamers: () => ['multiview'],
				full,
				network,
				audioPad: null,
				picture: () => multiviewMonitor.measured,
				onDemand: (wanted) => this.multiviewMixer.setDrawn(wanted),
			},
			sessions,
			state,
		);
		this.#returns = new StreamerHost(
			{
				host: returns,
				streamers: () => Object.keys(state.current.guests).map(returnOf),
				full: () => returnsFull(this.#returns.rtc.peers),
				network,
				audioPad: null,
				picture,
			},
			sessions,
			state,
		);
	}

	restore(): void {
		for (const streamer of this.#all) streamer.publishAll();
	}

	start(): void {
		this.#starting = setTimeout(() => this.begin(), START_DELAY_MS);
		this.#publishing = setInterval(() => this.restore(), PUBLISH_MS);
	}

	/** Once. Viewers come after the program is on air: the processor is needed for that first. */
	begin(): void {
		if (this.#starting === undefined) return;
		clearTimeout(this.#starting);
		this.#starting = undefined;
		if (!this.o.viewers) return;
		for (const { plan } of this.#all) plan.host.start();
	}

	stop(): void {
		clearTimeout(this.#starting);
		this.#starting = undefined;
		clearInterval(this.#publishing);
	}

	/** WHEP: a viewer of `streamer`. Throws `not-found`, `busy`, `not-on-air`, and errors of the offer. */
	async watch(streamer: string, offer: string, way: PeerWay): Promise<PeerAnswer> {
		if (streamer === 'program') return this.#program.watch(streamer, offer, way);
		if (streamer === 'multiview') return this.#multiview.watch(streamer, offer, way);
		const guest = /^return-(.+)$/.exec(streamer)?.[1];
		const slot = guest === undefined ? undefined : this.o.slotOf(guest);
		if (slot === undefined) throw new StudioError('not-found', `there is no streamer ${streamer}`);
		return this.#returns.watch(streamer, offer, way, `audio_${slot}`);
	}

	openReturn(guest: string): void {
		this.#returns.publish(returnOf(guest));
	}

	/** Ends it for all viewers. */
	closeReturn(guest: string): void {
		this.#returns.closeAll(returnOf(guest));
		this.o.state.streamers.remove(returnOf(guest));
	}

	get #all(): StreamerHost[] {
		return [this.#program, this.#multiview, this.#returns];
	}
}

/** The program without one guest's own voice. */
function returnOf(guest: string): string {
	return `return-${guest}`;
}

/** The multiview is at most 720p at half the rate: it is viewed as tiles, and saves the most. */
function multiviewCanvasFor({ width, height, fpsNum, fpsDen }: Canvas): Canvas {
	const scale = Math.min(1, 1280 / width);
	const even = (value: number) => Math.round((value * scale) / 8) * 8;
	return { width: even(width), height: even(height), fpsNum, fpsDen: fpsDen * 2 };
}
