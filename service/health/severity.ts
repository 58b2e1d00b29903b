import type { Severity } from '../api/levels.js';

/** What ends or endangers the show, and what mended itself; all other faults are warnings. */
const severityOfCode: Record<string, Severity> = {
	'off-air': 'critical',
	'host-held-off': 'critical',
	'host-stuck': 'critical',
	'disk-full': 'critical',
	'disk-errors': 'critical',
	'recording-stopped': 'critical',
	'safe-mode': 'critical',
	'host-restarted': 'notice',
	'clock-not-synchronised': 'notice',
};

export function severityOf(code: string): Severity {
	return severityOfCode[code] ?? 'warning';
}
