import type { VideoEncoder } from '../../pipelines/videoEncoder.js';
import type { Log } from '../util/log.js';

/** Null when the encoder makes frames, else what is missing. */
export type Probe = (encoder: VideoEncoder) => Promise<string | null>;

export interface EncoderChoiceOptions {
	/** Best first. */
	table: readonly [...VideoEncoder[], VideoEncoder];
	probe: Probe;
	log: Log;
}

/** The encoder to use: the first in the table that makes frames. The last is not tried: nothing could replace it. */
export class EncoderChoice {
	#chosen: VideoEncoder;

	constructor(private readonly o: EncoderChoiceOptions) {
		this.#chosen = o.table.at(-1)!;
	}

	get current(): VideoEncoder {
		return this.#chosen;
	}

	/** Tries them in turn, before anything encodes. */
	async make(): Promise<void> {
		const { table, probe, log } = this.o;
		const passedOver: Record<string, string> = {};
		for (const encoder of table.slice(0, -1)) {
			const missing = await probe(encoder);
			if (missing === null) {
				this.#chosen = encoder;
				break;
			}
			passedOver[encoder.element] = missing;
		}
		const { element, hardware } = this.#chosen;
		log.info({ encoder: element, hardware, passedOver }, 'encoder chosen');
	}
}
