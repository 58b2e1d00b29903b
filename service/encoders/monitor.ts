import { type Canvas, fpsOf } from '../../pipelines/canvas.js';
import type { VideoEncoder } from '../../pipelines/videoEncoder.js';
import type { Encoder } from '../contract/encoders.js';
import type { SupervisedHost } from '../hosts/supervisedHost.js';
import type { LiveState } from '../state/state.js';

/** Figures are averaged over this long. */
const WINDOW_MS = 1_000;

export interface EncoderMonitorOptions {
	id: string;
	host: SupervisedHost;
	/** Element whose `stats` count what leaves the encoder: `buffers` (frames) and `bytes`. */
	link: string;
	/** What encodes now. */
	encoder: () => VideoEncoder;
	canvas: Canvas;
	kbps: number;
	state: LiveState;
}

/** What an encoder really makes, beside what was asked of it. */
export class EncoderMonitor {
	measured: Encoder['measured'] = null;
	#last: { at: number; frames: number; bytes: number } | undefined;

	constructor(private readonly o: EncoderMonitorOptions) {
		o.host.on('event', ({ factory, element, event, data }) => {
			if (element !== o.link || event !== 'stats') return;
			if (factory === 'r58linksink' || factory === 'r58meter') this.#onStats(data.buffers, data.bytes);
		});
		o.host.on('ready', () => this.#publish());
		o.host.on('down', () => {
			this.#last = undefined;
			this.measured = null;
			this.#publish();
		});
		this.#publish();
	}

	#onStats(frames: number, bytes: number): void {
		const at = performance.now();
		if (!this.#last || frames < this.#last.frames) {
			this.#last = { at, frames, bytes };
			return;
		}
		const elapsedMs = at - this.#last.at;
		if (elapsedMs < WINDOW_MS) return;
		const { width, height } = this.o.canvas;
		this.measured = {
			width,
			height,
			fps: Math.round(((frames - this.#last.frames) * 10_000) / elapsedMs) / 10,
			kbps: Math.round(((bytes - this.#last.bytes) * 8) / elapsedMs),
		};
		this.#last = { at, frames, bytes };
		this.#publish();
	}

	#publish(): void {
		const { id, encoder, canvas, kbps, state } = this.o;
		const { width, height } = canvas;
		const { element, hardware } = encoder();
		state.encoders.put(id, {
			id,
			element,
			hardware,
			codec: 'h264',
			asked: { width, height, fps: fpsOf(canvas), kbps },
			measured: this.measured,
		} satisfies Encoder);
	}
}
