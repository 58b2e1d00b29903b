import { noPicture } from '../contract/faultKinds.js';
import type { Faults } from '../faults/faults.js';
import { remedyFor } from '../hosts/remedies.js';

/** Senders are asked for a key frame every half second; those that cannot be asked send one every few seconds. */
const PATIENCE_MS = 8_000;
/** After this much silence it starts over. */
const SILENCE_MS = 2_000;
const code = 'no-picture';
/** Elements that fail on a stream they cannot handle. */
const takesPictures = /^(picture-size|rtp\w*depay|h264parse|avdec_h264|vp8dec)\d*:/;

/** Raises a fault when a sender's packets arrive but none becomes a picture. */
export class PictureWatch {
	#pictures = 0;
	/** When the first packet without a picture after it arrived, and when packets were last seen. */
	#since: number | null = null;
	#heard = 0;
	#raised = false;

	constructor(
		private readonly faults: Pick<Faults, 'raise' | 'clear'>,
		private readonly subject: string,
		private readonly name: () => string,
	) {}

	/** `come`: video packets are arriving; `unsent`: how many the decoder did not take. Returns the message, undefined when nothing is new. */
	packets(come: boolean, nowMs: number, unsent = 0): string | undefined {
		if (!come || nowMs - this.#heard > SILENCE_MS) this.#since = null;
		if (!come) return undefined;
		this.#heard = nowMs;
		this.#since ??= nowMs;
		if (this.#raised || nowMs - this.#since < PATIENCE_MS) return undefined;
		return this.#raise({ unsent, reason: null });
	}

	/** `count`: pictures of its process so far. Returns null once the fault is over. */
	pictures(count: number): null | undefined {
		const more = count > this.#pictures;
		this.#pictures = count;
		if (!more) return undefined;
		this.#since = null;
		if (!this.#raised) return undefined;
		this.end();
		return null;
	}

	/** Its process has ended, maybe because of what was sent. */
	ended(reason: string): void {
		this.#pictures = 0;
		this.#since = null;
		if (takesPictures.test(reason)) this.#raise({ unsent: 0, reason: reason.replace(takesPictures, '').trim() });
	}

	/** It has left, or works again. */
	end(): void {
		this.#raised = false;
		this.#since = null;
		this.faults.clear(code, this.subject);
	}

	#raise(why: { unsent: number; reason: string | null }): string {
		this.#raised = true;
		const remedy = remedyFor(why.reason ?? '') ?? { code: 'sender-format' };
		this.faults.raise({ code, subject: this.subject, params: { name: this.name(), ...why, remedy } });
		return noPicture(why);
	}
}
