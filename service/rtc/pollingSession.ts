/** What two polling peers leave for each other: an offer, an answer, and candidates of both sides. */
import type { PolledCandidate, PollingSide } from '../contract/polling.js';
import { StudioError } from '../util/errors.js';

type Left = Omit<PolledCandidate, 'timestamp'>;

/** More than any client sends. */
const maxCandidates = 64;

/**
 * One session. A candidate is handed out once the other side has the description that it belongs to (browsers refuse it
 * before), and dated then, so that a client asking for newer ones misses none.
 */
export class PollingSession {
	offer: string | null = null;
	answer: string | null = null;
	/** Of the last change, performance.now() in ms. */
	usedAt = performance.now();
	#given: Record<PollingSide, PolledCandidate[]> = { browser: [], vm: [] };
	#waiting: Record<PollingSide, Left[]> = { browser: [], vm: [] };
	#newest = 0;

	/** Starts, or starts again. Candidates that came before the offer are kept. */
	setOffer(sdp: string): void {
		this.#touch();
		this.offer = sdp;
		this.answer = null;
		this.#given = { browser: [], vm: [] };
		this.#waiting.vm = [];
		this.#release('browser');
	}

	/** Throws `conflict` without an offer. */
	setAnswer(sdp: string): void {
		if (this.offer === null) throw new StudioError('conflict', 'there is no offer to answer yet');
		this.#touch();
		this.answer = sdp;
		this.#release('vm');
	}

	/** Throws `too-large` beyond 64 per side. */
	add(side: PollingSide, candidate: Left): void {
		if (this.#given[side].length + this.#waiting[side].length >= maxCandidates)
			throw new StudioError('too-large', `a session takes at most ${maxCandidates} candidates per side`);
		this.#touch();
		this.#waiting[side].push(candidate);
		this.#release(side);
	}

	/** Candidates of one side newer than `since`, a time stamp of this session. */
	candidates(side: PollingSide, since: number): PolledCandidate[] {
		return this.#given[side].filter(({ timestamp }) => timestamp > since);
	}

	#release(side: PollingSide): void {
		if ((side === 'browser' ? this.offer : this.answer) === null) return;
		for (const candidate of this.#waiting[side].splice(0)) {
			// Strictly increasing, also within a millisecond or after a clock step.
			this.#newest = Math.max(Date.now(), this.#newest + 1);
			this.#given[side].push({ ...candidate, timestamp: this.#newest });
		}
	}

	#touch(): void {
		this.usedAt = performance.now();
	}
}
