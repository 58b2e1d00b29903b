/** Viewers and guests that cost little, in a process of their own: real ICE, DTLS and SRTP, every packet counted, none decoded. */
import { type ChildProcess, fork } from 'node:child_process';
import { patienceMs, pause, within } from '../wait.js';
import type { Answer, Kind, Order, Role } from './lightPeersChild.js';
import { payloadTypes } from './lightPeersChild.js';
import { Pipeline } from './pipeline.js';

export type LightPorts = Extract<Answer, { op: 'feed' }>['ports'];
type Counts = Extract<Answer, { op: 'packets' }>['counts'];

export class LightPeers {
	readonly #child: ChildProcess = fork(new URL('./lightPeersChild.js', import.meta.url));
	readonly #waiters = new Set<(answer: Answer) => void>();
	#count = 0;
	#feed: Promise<Pipeline> | null = null;
	#ports: Promise<LightPorts> | null = null;

	/** `launch`: what senders send, RTP (and RTCP, if any) to a port each. */
	constructor(private readonly launch: (ports: LightPorts) => string = smallPicture) {
		this.#child.on('message', (answer: Answer) => {
			for (const waiter of this.#waiters) waiter(answer);
		});
	}

	get count(): number {
		return this.#count;
	}

	/** One more viewer; `signal` takes its offer to the sender and brings the answer. Resolves with its id when it is connected. */
	add(signal: (offer: string, id: string) => Promise<string>): Promise<string> {
		return this.#connect(signal, 'views');
	}

	/** A viewer who says nothing but what `send` says. */
	addMute(signal: (offer: string, id: string) => Promise<string>): Promise<string> {
		return this.#connect(signal, 'mute');
	}

	/** A guest who sends nothing but what `send` sends, and what all senders send once there is a feed. */
	addQuiet(signal: (offer: string, id: string) => Promise<string>): Promise<string> {
		return this.#connect(signal, 'sends');
	}

	/** Packets of one peer as they are, RTCP or RTP (which is numbered anew), so many times over. */
	async send(id: string, kind: Kind, packets: Buffer[], times = 1): Promise<void> {
		const sent = this.#next((answer) => answer.op === 'sent' && answer.id === id, 'the packets to be sent');
		this.#send({ op: 'send', id, kind, packets: packets.map((packet) => packet.toString('base64')), times });
		await sent;
	}

	/** The process of all of them stands still. */
	freeze(): void {
		this.#child.kill('SIGSTOP');
	}

	/** What all senders send stops; `resume` lets it go on, as a microphone that is muted for a while. */
	pause(): void {
		this.#send({ op: 'pause', paused: true });
	}

	resume(): void {
		this.#send({ op: 'pause', paused: false });
	}

	/** One more guest, who sends a small moving picture and a tone. */
	async addSender(signal: (offer: string, id: string) => Promise<string>): Promise<string> {
		this.#feed ??= this.#startFeed();
		await this.#feed;
		return this.#connect(signal, 'sends');
	}

	/** Ends one at its side. */
	close(id: string): void {
		this.#send({ op: 'close', id });
	}

	/** RTP packets that a viewer has received. */
	async received(id: string): Promise<number> {
		return (await this.#counts())[id]?.packets ?? 0;
	}

	/** Every viewer asks for a key frame. */
	askAll(): void {
		this.#send({ op: 'ask' });
	}

	/** RTP times at which a viewer's key frames began. */
	async keys(id: string): Promise<number[]> {
		return (await this.#counts())[id]?.keys ?? [];
	}

	/** What a viewer has received. */
	async counted(id: string): Promise<Counts[string]> {
		return (await this.#counts())[id]!;
	}

	async #connect(signal: (offer: string, id: string) => Promise<string>, role: Role): Promise<string> {
		const id = `light-${this.#count++}`;
		const offer = this.#next((answer) => answer.op === 'offer' && answer.id === id && answer.sdp, 'the offer');
		this.#send({ op: 'offer', id, role });
		const connected = this.#next((answer) => answer.op === 'state' && answer.id === id && answer.state === 'connected', id);
		connected.catch(() => {
			// Told below, unless the signalling failed before.
		});
		this.#send({ op: 'answer', id, sdp: await signal((await offer) as string, id) });
		await connected;
		return id;
	}

	/** Where what all senders send is taken. */
	ports(): Promise<LightPorts> {
		this.#ports ??= this.#openPorts();
		return this.#ports;
	}

	async #startFeed(): Promise<Pipeline> {
		return new Pipeline().start(this.launch(await this.ports()));
	}

	async #openPorts(): Promise<LightPorts> {
		const answer = this.#next((answer) => answer.op === 'feed' && answer.ports, 'the ports of the feed');
		this.#send({ op: 'feed' });
		return (await answer) as LightPorts;
	}

	/** What viewers got a second over a window, RTP packets and Mbit; the mean of all, and the packets of the one with the fewest. */
	async rate(windowMs: number): Promise<{ packets: number; mbit: number; fewest: number }> {
		const started = performance.now();
		const before = await this.#counts();
		await pause(windowMs);
		const after = await this.#counts();
		const seconds = (performance.now() - started) / 1000;
		const grown = Object.entries(after).map(([id, { packets, bytes }]) => ({
			packets: (packets - (before[id]?.packets ?? 0)) / seconds,
			mbit: ((bytes - (before[id]?.bytes ?? 0)) * 8) / 1e6 / seconds,
		}));
		const mean = (rates: number[]) => rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
		const packets = grown.map(({ packets }) => packets);
		return { packets: mean(packets), mbit: mean(grown.map(({ mbit }) => mbit)), fewest: Math.min(...packets) };
	}

	stop(): void {
		void this.#feed?.then((feed) => feed.kill());
		this.#child.kill('SIGKILL');
	}

	async #counts(): Promise<Counts> {
		const counts = this.#next((answer) => answer.op === 'packets' && answer.counts, 'the packet counts');
		this.#send({ op: 'packets' });
		return (await counts) as Counts;
	}

	#send(order: Order): void {
		this.#child.send(order);
	}

	/** The first answer from which `pick` takes something. */
	#next<T>(pick: (answer: Answer) => T | false, what: string): Promise<T> {
		let waiter!: (answer: Answer) => void;
		const found = new Promise<T>((resolve) => {
			waiter = (answer) => {
				const picked = pick(answer);
				if (picked) resolve(picked);
			};
			this.#waiters.add(waiter);
		});
		return within(found, patienceMs, what).finally(() => this.#waiters.delete(waiter));
	}
}

function smallPicture({ video, audio }: LightPorts): string {
	return `videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=15/1
		! x264enc tune=zerolatency speed-preset=ultrafast bitrate=200 key-int-max=5 ! video/x-h264,profile=constrained-baseline
		! rtph264pay pt=${payloadTypes.video} ssrc=1 mtu=1200 config-interval=-1 aggregate-mode=zero-latency
		! udpsink host=127.0.0.1 port=${video}
		audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=${payloadTypes.audio} ssrc=2
		! udpsink host=127.0.0.1 port=${audio}`;
}
