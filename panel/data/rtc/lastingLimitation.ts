import type { Limitation } from './status.js';

/** While a sender finds out what the network carries, the browser calls the picture limited. That takes about 5 s. */
const lastsMs = 10_000;

/** What has limited the picture for so long that the guest should hear of it. */
export class LastingLimitation {
	current: Limitation = 'none';
	#latest: Limitation = 'none';
	#since = 0;

	/** `reason` is RTCOutboundRtpStreamStats.qualityLimitationReason. Returns whether `current` has changed. */
	read(reason: string | undefined, now: number): boolean {
		const latest = reason === 'cpu' || reason === 'bandwidth' ? reason : 'none';
		if (latest !== this.#latest) {
			this.#latest = latest;
			this.#since = now;
		}
		if (latest === this.current || (latest !== 'none' && now - this.#since < lastsMs)) return false;
		this.current = latest;
		return true;
	}
}
