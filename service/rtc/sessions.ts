import { randomBytes } from 'node:crypto';
import { StudioError } from '../util/errors.js';
import { within } from '../util/within.js';
import type { PeerCandidates } from './candidates.js';
import type { RtcElement } from './rtcElement.js';
import { type Credentials, parseFragment } from './sdp.js';

/** OBS waits 8 s for an answer, network included; a busy studio can need longer to end and start hosts and to gather. */
const ANSWER_MS = 6_500;

/** A WebRTC session made by WHIP or WHEP. `session` is unguessable: it is the last part of the Location. */
export interface PeerAnswer {
	session: string;
	answer: string;
}

export interface RtcSession {
	/** Guest or streamer id. */
	subject: string;
	peer: string;
	rtc: RtcElement;
	/** ICE credentials of the offer: a fragment with others asks for an ICE restart, which is not supported. */
	credentials: Credentials[];
	candidates: PeerCandidates;
	/** Other media lines of the offer: their candidates are useless. */
	otherMids: string[];
	close: () => Promise<void>;
}

/** WHIP and WHEP sessions by their unguessable name, the last part of the Location. */
export class RtcSessions {
	#sessions = new Map<string, RtcSession>();

	add(session: RtcSession): string {
		const name = randomBytes(24).toString('base64url');
		this.#sessions.set(name, session);
		return name;
	}

	subject(name: string): string | null {
		return this.#sessions.get(name)?.subject ?? null;
	}

	/** True until the peer's connection is made. */
	pending(name: string): boolean {
		const session = this.#sessions.get(name);
		return session !== undefined && !session.rtc.connected(session.peer);
	}

	/** Forgets a session whose peer is gone. */
	forget(rtc: RtcElement, peer: string): void {
		for (const [name, session] of this.#sessions) if (session.rtc === rtc && session.peer === peer) this.#sessions.delete(name);
	}

	/** Ignores candidates this machine cannot use (RFC 9725 §4.3.2). */
	trickle(name: string, text: string): void {
		const session = this.#find(name);
		const fragment = parseFragment(text);
		if (!session.credentials.some(({ ufrag, pwd }) => fragment.ufrag === ufrag && fragment.pwd === pwd))
			throw new StudioError('unsupported-media', 'ICE restart is not supported: send a new offer instead');
		for (const { mid, candidate } of fragment.candidates) {
			const text = mid !== null && session.otherMids.includes(mid) ? null : session.candidates.add(candidate);
			if (text !== null) session.rtc.candidate(session.peer, text);
		}
	}

	/** The answer, or `timeout`; an answer that comes later has its session closed. */
	inTime(answer: Promise<PeerAnswer>, timeoutMs = ANSWER_MS): Promise<PeerAnswer> {
		return within(answer, timeoutMs, () => {
			const undone = answer.then(async ({ session }) => {
				if (this.subject(session) !== null) await this.close(session);
			});
			undone.catch(() => undefined);
			throw new StudioError('timeout', `the studio is too busy: no answer within ${timeoutMs / 1000} s`, undefined, 2);
		});
	}

	async close(name: string): Promise<void> {
		const session = this.#find(name);
		this.#sessions.delete(name);
		await session.close();
	}

	#find(name: string): RtcSession {
		const session = this.#sessions.get(name);
		if (!session) throw new StudioError('not-found', 'there is no such session; it may have ended');
		return session;
	}
}
