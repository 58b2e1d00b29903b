import type { SupervisedHost } from '../hosts/supervisedHost.js';
import { KeyFrames } from './keyFrames.js';

/** The program is off air when its encoder has made no frame for this long. */
const SILENCE_MS = 2_000;

/** Whether the program leaves its encoder: frames that advance, never the state of a pipeline. */
export class OnAir {
	readonly keyFrames = new KeyFrames();
	#encodedAt = Number.NEGATIVE_INFINITY;
	#frames = -1;

	/** `link`: the element behind the encoder. `onKey` is called with each key frame. */
	constructor(host: SupervisedHost, link: string, onKey: () => void) {
		host.on('event', ({ factory, element, event, data }) => {
			if (element !== link || factory !== 'r58linksink') return;
			if (event === 'key') {
				this.keyFrames.add(BigInt(data.ptsNs));
				this.#encodedAt = performance.now();
				onKey();
			}
			if (event === 'stats' && data.buffers !== this.#frames) {
				this.#frames = data.buffers;
				this.#encodedAt = performance.now();
			}
		});
		host.on('down', () => this.keyFrames.clear());
	}

	get now(): boolean {
		return performance.now() - this.#encodedAt < SILENCE_MS;
	}
}
