import { HISTORY_MS } from '../../pipelines/encoder.js';

/** Key frames this old may be gone before a reader gets to them. */
const SAFE_NS = BigInt(HISTORY_MS - 500) * 1_000_000n;

/** The key frames that the encoder's link remembers: places where a file can begin. Absolute ns. */
export class KeyFrames {
	#times: bigint[] = [];

	add(ptsNs: bigint): void {
		this.#times.push(ptsNs);
		while (this.#times[0]! < ptsNs - SAFE_NS) this.#times.shift();
	}

	/** A new encoder remembers nothing of the one before. */
	clear(): void {
		this.#times = [];
	}

	/** The last one at or before a time, or the oldest there is; null when there is none. */
	before(ns: bigint): bigint | null {
		return this.#times.findLast((time) => time <= ns) ?? this.#times[0] ?? null;
	}

	/** The exact time of the key frame around `ns`, which a file's ticks have rounded. */
	near(ns: bigint, withinNs: bigint): bigint | null {
		return this.#times.find((time) => time > ns - withinNs && time < ns + withinNs) ?? null;
	}
}
