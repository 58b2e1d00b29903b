import type { PeerWay } from '../network/peerWay.js';
import { StudioError } from '../util/errors.js';
import type { PeerAnswer, RtcSessions } from './sessions.js';

/** What WHIP, WHEP and polling need from the media side. Every promise settles in bounded time. */
export interface PeerMedia {
	/** WHIP: the guest's offer in, the answer with all candidates out. Takes the seat over from an earlier session. */
	publish(guest: string, offer: string, way: PeerWay): Promise<PeerAnswer>;
	/** WHEP: a viewer of `streamer`. */
	watch(streamer: string, offer: string, way: PeerWay): Promise<PeerAnswer>;
	/** A trickle-ice-sdpfrag for a session. */
	trickle(session: string, fragment: string): void;
	close(session: string): Promise<void>;
	/** Guest id or streamer id of a session, null when there is no such session. */
	subject(session: string): string | null;
	/** True from the answer until the connection is made. */
	pending(session: string): boolean;
}

interface Sides {
	sessions: RtcSessions;
	guests: Pick<PeerMedia, 'publish'>;
	streamers: Pick<PeerMedia, 'watch'>;
	isSafeMode: () => boolean;
}

export function peerMedia({ sessions, guests, streamers, isSafeMode }: Sides): PeerMedia {
	return {
		async publish(guest, offer, way) {
			if (isSafeMode())
				throw new StudioError('not-on-air', 'the studio is in safe mode: inputs are off until a technician starts them');
			return sessions.inTime(guests.publish(guest, offer, way));
		},
		watch: (streamer, offer, way) => sessions.inTime(streamers.watch(streamer, offer, way)),
		trickle: (session, fragment) => sessions.trickle(session, fragment),
		close: (session) => sessions.close(session),
		subject: (session) => sessions.subject(session),
		pending: (session) => sessions.pending(session),
	};
}
