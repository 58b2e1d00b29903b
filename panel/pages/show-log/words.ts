import type { LogEntry } from '../../../service/contract/showLog.js';
import type { t } from '../../texts/texts.js';

/** Colour of an entry, by the states of sources. */
export function toneOf({ kind, event }: LogEntry): string {
	if (['raised', 'failed', 'error'].includes(event)) return 'fault';
	if (event === 'lost' || event === 'off') return 'no-signal';
	if (kind === 'take' || event === 'on-air') return 'program';
	if (['cleared', 'live', 'joined', 'started'].includes(event)) return 'live';
	return 'plain';
}

export type Period = keyof typeof t.showLog.periods;
const hours: Record<Period, number> = { all: Number.POSITIVE_INFINITY, hour: 1, day: 24, week: 168 };

export function sinceOf(period: Period, now = Date.now()): string | null {
	return Number.isFinite(hours[period]) ? new Date(now - hours[period] * 3_600_000).toISOString() : null;
}
