import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { System } from '../../service/contract/system.js';
import { t } from '../texts/texts.js';
import { Whep } from './rtc/whep.js';

/** The multiview brings 15 frames a second, unevenly spaced; at 30 fps this draws every second one. */
const drawEveryMs = 45;

/** Live pictures of preview and of every source: one video whose parts are drawn into the canvases that ask for them. */
export class Multiview implements ReactiveController {
	tiles: System['multiview']['tiles'] = {};
	readonly #whep: Whep;
	/** The host must render it, however small: not every browser decodes a video outside the page. */
	readonly video = document.createElement('video');
	readonly #canvases = new Map<HTMLCanvasElement, string>();
	#startedAt: string | null = null;
	#drawnAt = 0;
	#frame = 0;

	constructor(readonly host: ReactiveControllerHost) {
		this.#whep = new Whep(host, () => this.video);
		this.video.muted = true;
		this.video.playsInline = true;
		// Screen readers should not find it: its parts are drawn into the tiles.
		this.video.ariaHidden = 'true';
		host.addController(this);
	}

	/** False while the pictures are old or missing and must not be taken for live. */
	get live(): boolean {
		return this.#whep.live;
	}

	get message(): string {
		return this.#whep.message ?? t.elements.waitingForPictures;
	}

	hostConnected(): void {
		this.#frame = this.video.requestVideoFrameCallback(this.#draw);
	}

	hostDisconnected(): void {
		this.#startedAt = null;
		this.video.cancelVideoFrameCallback(this.#frame);
		this.video.srcObject = null;
	}

	hostUpdated(): void {
		if (this.video.srcObject === this.#whep.stream) return;
		this.video.srcObject = this.#whep.stream;
		// Rejected only while there is no track; the next stream asks again.
		if (this.#whep.stream) this.video.play().catch(() => undefined);
	}

	/** Watches again after a restart of the studio, which forgets its viewers. */
	follow({ startedAt, multiview }: System): void {
		this.tiles = multiview.tiles;
		if (startedAt === this.#startedAt) return;
		this.#startedAt = startedAt;
		this.#whep.watch('multiview');
	}

	/** Draws the tile into the canvas until `hide`. */
	show(canvas: HTMLCanvasElement, tile: string): void {
		this.#canvases.set(canvas, tile);
	}

	hide(canvas: HTMLCanvasElement): void {
		this.#canvases.delete(canvas);
	}

	#draw = (now: number): void => {
		this.#frame = this.video.requestVideoFrameCallback(this.#draw);
		if (now - this.#drawnAt < drawEveryMs) return;
		this.#drawnAt = now;
		const { videoWidth, videoHeight } = this.video;
		for (const [canvas, tile] of this.#canvases) {
			const box = this.tiles[tile];
			if (!box) continue;
			const [x, y] = [Math.round(box.x * videoWidth), Math.round(box.y * videoHeight)];
			const [width, height] = [Math.round(box.w * videoWidth), Math.round(box.h * videoHeight)];
			if (width < 1 || height < 1) continue;
			// Never larger than the part itself: the browser scales a canvas more cheaply than we could.
			if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
			canvas.getContext('2d', { alpha: false })?.drawImage(this.video, x, y, width, height, 0, 0, width, height);
		}
	};
}
