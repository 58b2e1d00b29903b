import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';
import type { System } from '../../service/contract/system.js';
import { t } from '../texts/texts.js';
import { Whep } from './rtc/whep.js';

/** The multiview brings 15 pictures a second, not evenly; of 30 every second one is drawn. */
const drawEveryMs = 45;

/**
 * The live pictures of preview and of every source: one video whose parts are drawn into the canvases that ask for them.
 */
export class Multiview implements ReactiveController {
	tiles: System['multiview']['tiles'] = {};
	readonly #whep: Whep;
	/** To be rendered by the host, as small as it likes: a video outside the page is not decoded everywhere. */
	readonly video = document.createElement('video');
	readonly #canvases = new Map<HTMLCanvasElement, string>();
	#startedAt: string | null = null;
	#drawnAt = 0;
	#frame = 0;

	constructor(readonly host: ReactiveControllerHost) {
		this.#whep = new Whep(host, () => this.video);
		this.video.muted = true;
		this.video.playsInline = true;
		// What it shows is drawn into the tiles; by itself it is nothing to find.
		this.video.ariaHidden = 'true';
		host.addController(this);
	}

	/** False while the pictures are old or none: then they must not be taken for live. */
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
		// Refused only while no track has come; the next stream asks again.
		if (this.#whep.stream) this.video.play().catch(() => undefined);
	}

	/** Watches the studio as it is now; one that was started again has forgotten us. */
	follow({ startedAt, multiview }: System): void {
		this.tiles = multiview.tiles;
		if (startedAt === this.#startedAt) return;
		this.#startedAt = startedAt;
		this.#whep.watch('multiview');
	}

	/** Draws the tile into the canvas from now on, until `hide`. */
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
			// Never larger than the part itself: the browser scales a canvas for less than we could.
			if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
			canvas.getContext('2d', { alpha: false })?.drawImage(this.video, x, y, width, height, 0, 0, width, height);
		}
	};
}
