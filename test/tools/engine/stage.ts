/** A source's launch description and a reader of its link, as two processes: what a mixer would see of the source. */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audioCaps, type Canvas, videoCaps } from '../../../pipelines/canvas.js';
import { caps, chain, element } from '../../../pipelines/launch.js';
import { linkAddress } from '../../../pipelines/links.js';
import { patienceMs, until } from '../wait.js';
import { type EventBody, Pipeline } from './pipeline.js';

export class SourceStage {
	readonly source = new Pipeline();
	readonly #reader = new Pipeline();
	readonly #file = join(mkdtempSync(join(tmpdir(), 'r58-stage-')), 'raw');

	private constructor(
		private readonly canvas: Canvas,
		private readonly kind: 'video' | 'audio',
	) {}

	/** `launch` writes the link `${id}.video` or `${id}.card` of this instance. */
	static async start(o: { instance: string; id: string; canvas: Canvas; kind: 'video' | 'audio'; launch: string }) {
		const stage = new SourceStage(o.canvas, o.kind);
		const wanted = o.kind === 'video' ? videoCaps(o.canvas) : audioCaps;
		await stage.#reader.start(
			chain(
				element('r58linksrc', {
					name: 'reader',
					address: linkAddress(o.instance, `${o.id}.${o.kind === 'video' ? 'video' : 'card'}`),
					caps: wanted,
					fill: false,
				}),
				caps(wanted),
				// Every buffer is in the file at once, as a reader of the file expects.
				element('filesink', { location: stage.#file, 'buffer-mode': 2, sync: false }),
			),
		);
		await stage.source.start(o.launch);
		return stage;
	}

	/** The last event of this name, as far as one has come. */
	last(name: string): EventBody | undefined {
		return this.source.events.findLast((event) => event.name === name)?.body;
	}

	/** Stats of the source's element, which differ from those of its link by having `ticks`. */
	get counters(): EventBody | undefined {
		return this.source.events.findLast(({ name, body }) => name === 'stats' && body.ticks !== undefined)?.body;
	}

	get link(): EventBody | undefined {
		return this.source.events.findLast(({ name, body }) => name === 'stats' && body.readers !== undefined)?.body;
	}

	get reader(): EventBody | undefined {
		return this.#reader.events.findLast(({ name, body }) => name === 'stats' && body.connects !== undefined)?.body;
	}

	/** Bytes that have come over the link. */
	get bytes(): number {
		const file = openSync(this.#file, 'r');
		try {
			return fstatSync(file).size;
		} finally {
			closeSync(file);
		}
	}

	get frameBytes(): number {
		return this.kind === 'video' ? (this.canvas.width * this.canvas.height * 3) / 2 : 480 * 8;
	}

	/** Waits until this many more frames (or blocks of 10 ms) have come over the link. */
	async advance(frames: number, timeoutMs = patienceMs): Promise<void> {
		const wanted = this.bytes + frames * this.frameBytes;
		const arrived = () => {
			if (this.bytes >= wanted) return true;
			const { errors } = this.source;
			throw new Error(JSON.stringify({ errors, source: this.source.events.at(-1), reader: this.reader }));
		};
		await until(arrived, { what: `${frames} more ${this.kind} buffers over the link`, timeoutMs });
	}

	/** The last bytes that came, whole frames. */
	tail(frames: number): Buffer {
		const out = Buffer.alloc(frames * this.frameBytes);
		const end = Math.floor(this.bytes / this.frameBytes) * this.frameBytes;
		const file = openSync(this.#file, 'r');
		try {
			readSync(file, out, 0, out.length, end - out.length);
		} finally {
			closeSync(file);
		}
		return out;
	}

	/** Colour in the middle of the last picture: Y, U, V. */
	colour(): [number, number, number] {
		const { width, height } = this.canvas;
		const frame = this.tail(1);
		const middle = (height / 2) * width + width / 2;
		const chroma = Math.floor(height / 4) * (width / 2) + width / 4;
		const luma = width * height;
		return [frame[middle]!, frame[luma + chroma]!, frame[luma + luma / 4 + chroma]!];
	}

	async stop(): Promise<void> {
		await this.source.stop();
		await this.#reader.stop();
	}
}
