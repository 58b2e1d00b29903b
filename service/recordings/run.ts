import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Canvas, frameMs } from '../../pipelines/canvas.js';
import type { ElementEvent } from '../../pipelines/events.js';
import { recorder } from '../../pipelines/recorder.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { Supervisor } from '../hosts/supervisor.js';
import { StudioError } from '../util/errors.js';
import { firstEvent } from '../util/firstEvent.js';
import { Part } from './part.js';
import { partName, type RecordedTrack } from './track.js';

const START_TIMEOUT_MS = 5_000;
/** A stop waits this long for a frozen or dead recorder to be replaced and its successor to catch up. */
const FINISH_TIMEOUT_MS = 7_000;
/** From the mixer to the recorder, with a busy machine's delays. */
const PATH_NS = 300_000_000n;
/** A recorder is retried before the encoder's link forgets what it missed. */
const HOLD_OFF_MS = 3_000;

export interface RunOptions {
	/** Of its process. */
	name: string;
	track: RecordedTrack;
	/** Folder of this recording. */
	folder: string;
	instance: string;
	canvas: Canvas;
	startPtsNs: bigint;
	supervisor: Supervisor;
}

export interface PartFile {
	name: string;
	part: number;
	startPtsNs: string | null;
	endPtsNs: string | null;
}

/**
 * One track of a running recording. A recorder that dies is replaced by one that writes the next part: the old part is cut at
 * its last key frame, and the new one starts there from what the encoder's link remembers.
 */
export class TrackRun {
	readonly #host: SupervisedHost;
	#parts: Part[] = [];
	#lastPtsNs: bigint | null = null;
	/** A recorder died and its successor has not written up to the present yet. */
	#behind = false;

	constructor(private readonly o: RunOptions) {
		this.#host = o.supervisor.add({
			role: 'recorder',
			name: o.name,
			launch: () => this.#nextPart(),
			progress: (event) => pictures(event)?.buffers,
			holdOffMs: HOLD_OFF_MS,
		});
		this.#host.on('event', (event) => {
			const lastPtsNs = pictures(event)?.lastPtsNs;
			if (lastPtsNs) this.#onPicture(BigInt(lastPtsNs));
		});
		this.#host.on('down', () => {
			this.#behind = true;
		});
	}

	/** From the first picture to the last that a recorder got. */
	get durationMs(): number {
		return this.#lastPtsNs === null ? 0 : Number((this.#lastPtsNs - this.o.startPtsNs) / 1_000_000n);
	}

	/** Resolves with the first picture. */
	async start(): Promise<void> {
		const deadline = performance.now() + START_TIMEOUT_MS;
		this.#host.start();
		while (this.#lastPtsNs === null) {
			const event = await firstEvent(this.#host, ['event', 'down'], deadline - performance.now());
			if (!event) throw new StudioError('timeout', 'the recorder did not get a picture in time');
			if (event.name === 'down') throw new StudioError('internal', `the recorder failed: ${String(event.data[0])}`);
		}
	}

	/** Reads what is in the files. */
	async scan(): Promise<void> {
		await this.#parts
			.at(-1)
			?.scan()
			.catch(() => {
				// The file is made with the first picture.
			});
	}

	/** Names the parts whose files have disappeared since the last look; a new part replaces them. */
	async replaceLost(): Promise<string | null> {
		const part = this.#parts.at(-1);
		// The recorder makes its file before it is ready.
		if (!part || part.lost || !this.#host.ready || !(await part.missing()) || !this.#host.ready) return null;
		part.lost = true;
		const name = this.#nameOf(this.#parts.length);
		this.#host.replace(`its file ${name} is gone`);
		return name;
	}

	/** Files that disappeared while they were written. */
	get lost(): string[] {
		return this.files()
			.filter((_, index) => this.#parts[index]!.lost)
			.map(({ name }) => name);
	}

	files(): PartFile[] {
		const text = (part: Part, ns: bigint | null) => (ns === null ? null : String(part.originNs + ns));
		return this.#parts.map((part, index) => ({
			name: this.#nameOf(index + 1),
			part: index + 1,
			startPtsNs: text(part, part.startNs),
			endPtsNs: text(part, part.endNs),
		}));
	}

	/** What is missing between the parts, ms. */
	missingMs(): number {
		const late = (part: Part) => Number((part.startNs ?? 0n) / 1_000_000n);
		return this.#parts.map(late).reduce((sum, ms) => (ms >= frameMs(this.o.canvas) / 2 ? sum + ms : sum), 0);
	}

	/** Ends the file with the program up to now, also when the recorder is frozen or dead at this moment. */
	async finish(): Promise<void> {
		const endNs = process.hrtime.bigint() - PATH_NS;
		const deadline = performance.now() + FINISH_TIMEOUT_MS;
		const complete = () => this.#host.ready && (!this.#behind || (this.#lastPtsNs ?? 0n) >= endNs);
		while (performance.now() < deadline) {
			if (complete() && (await this.#drained(deadline))) break;
			await firstEvent(this.#host, ['event'], deadline - performance.now());
		}
		await this.o.supervisor.remove(this.#host);
		await this.scan();
	}

	async #nextPart(): Promise<string> {
		const { folder, instance, startPtsNs, canvas, track } = this.o;
		let start = startPtsNs;
		let sound: bigint | undefined;
		const last = this.#parts.at(-1);
		// A recorder may have ended because its file, or the disk, was taken away.
		if (last && !last.lost && this.#lastPtsNs !== null && (await last.missing())) last.lost = true;
		await mkdir(folder, { recursive: true });
		if (last?.lost) {
			// The lost part leaves nothing to go on from: start with all that the encoder remembers.
			start = track.keyFrames.before(start) ?? start;
		} else if (last) {
			const join = await last.cut();
			if (join) {
				const about = last.originNs + join.videoNs;
				start = track.keyFrames.near(about, BigInt(Math.round(frameMs(canvas) * 5e5))) ?? about;
				sound = last.originNs + join.audioNs;
				last.endNs = start - last.originNs;
			} else {
				this.#parts.pop();
				start = last.originNs;
				sound = last.soundNs;
			}
		}
		const path = join(folder, this.#nameOf(this.#parts.length + 1));
		this.#parts.push(new Part(path, start, sound));
		const soundPtsNs = sound === undefined ? undefined : String(sound);
		return recorder({ instance, ...track.link, path, startPtsNs: String(start), soundPtsNs });
	}

	#nameOf(part: number): string {
		return partName(this.o.track.prefix, part);
	}

	#onPicture(ptsNs: bigint): void {
		this.#lastPtsNs = ptsNs;
		if (ptsNs > process.hrtime.bigint() - 2n * PATH_NS) this.#behind = false;
	}

	/** End-of-stream through the muxer, so that the last fragment is written. False when the recorder died of it. */
	async #drained(deadline: number): Promise<boolean> {
		const end = firstEvent(this.#host, ['eos', 'down'], deadline - performance.now());
		this.#host.drain();
		return (await end)?.name === 'eos';
	}
}

/** Pictures that the recorder has counted. */
function pictures({ factory, element, event, data }: ElementEvent) {
	return factory === 'r58linksrc' && element === 'video' && event === 'stats' ? data : undefined;
}
