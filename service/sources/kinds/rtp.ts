import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type Canvas, fpsOf } from '../../../pipelines/canvas.js';
import { rtpSource } from '../../../pipelines/rtpSource.js';
import type { RtpInput, Source, SourceCreate, SourceOf, SourcePatch } from '../../contract/sources.js';
import type { Faults } from '../../faults/faults.js';
import type { SupervisedHost } from '../../hosts/supervisedHost.js';
import type { Supervisor } from '../../hosts/supervisor.js';
import type { LiveState } from '../../state/state.js';
import type { Store, StoredRtpSource } from '../../store/store.js';
import { messageOf, StudioError } from '../../util/errors.js';
import type { KindFacts, SourceKind } from '../kinds.js';
import { PictureWatch } from '../pictureWatch.js';
import type { Sources } from '../sources.js';
import type { WaitingInputs } from '../waiting.js';

type RtpSource = SourceOf<'rtp'>;

export const rtpFacts: KindFacts<RtpSource> = {
	advice: 'Start the sender, and check that it sends to the ports on the Inputs page',
	openPorts: ({ rtp }) => (rtp.listen === 'all' ? portsOf(rtp) : []),
};

const addresses = { loopback: '127.0.0.1', all: '0.0.0.0' };

export interface RtpSourcesOptions {
	instance: string;
	canvas: Canvas;
	state: LiveState;
	store: Store;
	supervisor: Supervisor;
	sources: Sources;
	faults: Faults;
	waiting: WaitingInputs;
	/** A source that was not there when the show was restored. */
	onAdded: (id: string) => void;
}

/** Sources that other programs send as plain RTP, each on its own ports. */
export class RtpSources implements SourceKind<RtpSource> {
	readonly kind = 'rtp';
	readonly ownFields = ['rtp'] as const;
	#hosts = new Map<string, SupervisedHost>();
	#pictures = new Map<string, PictureWatch>();
	/** False in safe mode: sources made then start with the others. */
	#running = false;
	#restored = false;

	constructor(private readonly o: RtpSourcesOptions) {}

	/** Throws conflict when a port is taken, no-slot when the mixer is full. */
	async create({ label, video, audio, listen }: SourceCreate): Promise<Source> {
		return this.#make({ id: `rtp-${randomBytes(4).toString('hex')}`, label, rtp: { video, audio, listen } });
	}

	/** Adds a removed one again, or a new one. Throws like `create`. */
	async #make(stored: StoredRtpSource): Promise<Source> {
		await this.#checkFree(stored.rtp);
		this.#enter(stored);
		this.o.store.rtpSources.put(stored);
		return this.o.sources.get(stored.id);
	}

	/** Those without a mixer input come in as soon as one is free. */
	restore(): void {
		for (const stored of this.o.store.rtpSources.list())
			this.o.waiting.admit(stored.id, stored.label, () => {
				if (!this.#restored) return this.#add(stored);
				this.#enter(stored);
				this.o.onAdded(stored.id);
			});
		this.#restored = true;
	}

	/** Adds one while the show runs. */
	#enter(stored: StoredRtpSource): void {
		this.#add(stored);
		if (this.#running) {
			this.#hosts.get(stored.id)!.start();
		} else {
			this.o.sources.disconnect(stored.id);
			this.o.sources.setState(stored.id, 'off');
		}
	}

	/** Throws conflict when one of the ports is taken by somebody else. */
	async check({ rtp: known }: RtpSource, { rtp }: SourcePatch): Promise<void> {
		if (rtp) await this.#checkFree(rtp, portsOf(known));
	}

	async patched({ id, label, rtp: known }: RtpSource, { rtp }: SourcePatch): Promise<void> {
		this.o.store.rtpSources.put({ id, label, rtp: known });
		if (rtp) await this.#change(id, rtp);
	}

	/** Other ports, codec or senders, after `check`: the process restarts, the slot and the settings stay. */
	async #change(id: string, rtp: RtpInput): Promise<void> {
		const { sources, state, store, canvas } = this.o;
		const host = this.#hosts.get(id)!;
		await host.stop();
		this.#pictures.get(id)!.end();
		state.sources.patch(id, { rtp, ...signalsOf(rtp, canvas) });
		store.rtpSources.put({ id, label: sources.get(id).label, rtp });
		if (this.#running) host.start();
	}

	#add({ id, label, rtp }: StoredRtpSource): void {
		const { sources, supervisor, instance, canvas } = this.o;
		sources.add({
			id,
			kind: this.kind,
			label,
			colour: '#3c8c9c',
			state: 'no-signal',
			...signalsOf(rtp, canvas),
			rtp,
			traits: { soundAlone: true, idle: 'no-signal' },
		});
		const host = supervisor.add({
			role: 'source',
			name: id,
			launch: () => {
				const { video, audio, listen } = this.#get(id).rtp;
				return rtpSource({ instance, id, canvas, address: addresses[listen], video, audio });
			},
		});
		host.on('ready', () => sources.recover(id));
		this.#hosts.set(id, host);
		this.#watch(id, host);
		sources.connect(id);
	}

	#watch(id: string, host: SupervisedHost): void {
		const { sources, state, faults } = this.o;
		const watch = new PictureWatch(faults, `source ${id}`, () => state.current.sources[id]?.label ?? id);
		this.#pictures.set(id, watch);
		let packets = 0;
		host.on('down', (reason) => {
			sources.setState(id, 'fault', reason);
			watch.ended(reason);
		});
		host.on('ready', () => {
			packets = 0;
			watch.ended('');
		});
		host.on('event', ({ factory, element, data }) => {
			if (factory === 'r58meter') watch.pictures(data.buffers);
			if (factory !== 'r58rtpport' || element !== 'video-port') return;
			watch.packets(data.packets > packets, performance.now());
			packets = data.packets;
		});
	}

	start(): void {
		this.#running = true;
		for (const host of this.#hosts.values()) host.start();
	}

	async remove({ id, label, rtp }: RtpSource): Promise<() => Promise<void>> {
		const host = this.#hosts.get(id)!;
		this.#hosts.delete(id);
		this.#pictures.get(id)!.end();
		this.#pictures.delete(id);
		this.o.store.rtpSources.remove(id);
		await this.o.supervisor.remove(host);
		await this.o.sources.remove(id);
		return async () => void (await this.#make({ id, label, rtp }));
	}

	#get(id: string): RtpSource {
		return this.o.sources.get(id) as RtpSource;
	}

	/** `own`: ports that the source itself holds. */
	async #checkFree(rtp: RtpInput, own: number[] = []): Promise<void> {
		for (const port of portsOf(rtp)) {
			if (own.includes(port)) continue;
			const holder = [...this.#hosts.keys()].map((id) => this.#get(id)).find((source) => portsOf(source.rtp).includes(port));
			if (holder) throw new StudioError('conflict', `UDP port ${port} is taken by source ${holder.id} (${holder.label})`);
			const error = await bindError(port, addresses[rtp.listen]);
			if (error) throw new StudioError('conflict', `UDP port ${port} is taken by another program (${error})`);
		}
	}
}

/** What is known of its picture and sound before anything arrives. */
function signalsOf({ video, audio }: RtpInput, canvas: Canvas): Pick<Source, 'video' | 'audio'> {
	const { width, height } = canvas;
	return { video: video && { width, height, fps: fpsOf(canvas) }, audio: audio && { channels: 2, levelDb: null } };
}

function portsOf({ video, audio }: RtpInput): number[] {
	return [video, audio].flatMap((stream) => (stream ? [stream.port] : []));
}

/** Why a UDP port cannot be used; null when it can. */
function bindError(port: number, address: string): Promise<string | null> {
	return new Promise((resolve) => {
		const socket = createSocket('udp4');
		socket.once('error', (error) => {
			socket.close();
			resolve(messageOf(error));
		});
		socket.bind({ port, address, exclusive: true }, () => socket.close(() => resolve(null)));
	});
}
