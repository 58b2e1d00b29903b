import type { GuestStatus } from '../../../service/contract/guestChannel.js';
import type { Limitation } from '../../data/rtc/status.js';
import type { Guest as Texts } from '../../texts/en/guest.js';

export interface Assessment {
	verdict: 'none' | 'good' | 'fair' | 'poor';
	/** Advice for the guest; null if there is nothing to do. */
	advice: keyof Pick<Texts['quality'], 'loss' | 'delay' | 'slow' | 'cpu' | 'frames'> | null;
}

type Figures = Pick<GuestStatus, 'state' | 'rttMs' | 'lossPct' | 'video'>;

/**
 * Rates a connection. Loss is concealed up to 1 %, and seen and heard from 5 %. Round trip: a conversation tolerates 300 ms
 * (ITU-T G.114: 150 ms each way), and suffers from 500 ms.
 */
export function assess(figures: Figures | null, limitation: Limitation, fpsExpected: number): Assessment {
	if (figures?.state !== 'connected') return { verdict: 'none', advice: null };
	const loss = figures.lossPct ?? 0;
	const rttMs = figures.rttMs ?? 0;
	const fps = figures.video?.fps ?? fpsExpected;
	if (loss >= 5) return { verdict: 'poor', advice: 'loss' };
	if (rttMs >= 500) return { verdict: 'poor', advice: 'delay' };
	if (limitation === 'cpu') return { verdict: 'fair', advice: 'cpu' };
	if (limitation === 'bandwidth') return { verdict: 'fair', advice: 'slow' };
	if (loss >= 1) return { verdict: 'fair', advice: 'loss' };
	if (rttMs >= 300) return { verdict: 'fair', advice: 'delay' };
	if (fps < fpsExpected / 2) return { verdict: 'fair', advice: 'frames' };
	return { verdict: 'good', advice: null };
}
