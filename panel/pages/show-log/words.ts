import type { LogEntry, LogKind } from '../../../service/contract/showLog.js';

/** What people call the kinds, in the order of the filter. */
export const kindWords: Record<LogKind, string> = {
	take: 'Takes',
	recording: 'Recordings',
	source: 'Inputs',
	guest: 'Guests',
	target: 'Outputs',
	fault: 'Faults',
	audio: 'Sound',
	action: 'Operators',
	note: 'Notes',
	system: 'Studio',
};

/** On a badge beside one entry. */
export const kindWord: Record<LogKind, string> = {
	take: 'Take',
	recording: 'Recording',
	source: 'Input',
	guest: 'Guest',
	target: 'Output',
	fault: 'Fault',
	audio: 'Sound',
	action: 'Operator',
	note: 'Note',
	system: 'Studio',
};

/** Its colour, in the words of states of sources. */
export function toneOf({ kind, event }: LogEntry): string {
	if (['raised', 'failed', 'error'].includes(event)) return 'fault';
	if (event === 'lost' || event === 'off') return 'no-signal';
	if (kind === 'take' || event === 'on-air') return 'program';
	if (['cleared', 'live', 'joined', 'started'].includes(event)) return 'live';
	return 'plain';
}

const periods = {
	all: 'Everything',
	hour: 'Last hour',
	day: 'Last 24 hours',
	week: 'Last 7 days',
} as const;
export type Period = keyof typeof periods;
export const periodWords: readonly (readonly [Period, string])[] = Object.entries(periods) as [Period, string][];
const hours: Record<Period, number> = { all: Number.POSITIVE_INFINITY, hour: 1, day: 24, week: 168 };

export function sinceOf(period: Period, now = Date.now()): string | null {
	return Number.isFinite(hours[period]) ? new Date(now - hours[period] * 3_600_000).toISOString() : null;
}
