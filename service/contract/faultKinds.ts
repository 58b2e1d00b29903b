import type { Severity } from './levels.js';

export interface FaultKind {
	/** critical: ends or endangers the show. notice: mended itself. */
	severity: Severity;
	/** What makes it go, for people. */
	ends: string;
	/** It tells of something that has happened and cannot be undone: it stays until somebody has taken note of it. */
	acknowledged?: true;
}

/** Every fault there is. Each has an end, which a test goes through (test/unit/faults/faultEnds). */
export const faultKinds = {
	'off-air': { severity: 'critical', ends: 'the encoder makes frames again' },
	'host-held-off': { severity: 'critical', ends: 'the process has run for 5 s, or is not wanted any more' },
	'host-stuck': { severity: 'critical', ends: 'the kernel lets the process go' },
	'host-restarted': { severity: 'notice', ends: 'the process has run for 5 s, or is not wanted any more' },
	'disk-full': { severity: 'critical', ends: 'there is room for a recording again' },
	'disk-low': { severity: 'warning', ends: 'there is room for 40 minutes of recording' },
	'disk-errors': { severity: 'critical', ends: 'the disk has reported none for an hour, or another is used' },
	'recording-stopped': { severity: 'critical', ends: 'another recording runs', acknowledged: true },
	'recording-lost': { severity: 'critical', ends: 'the recording is deleted', acknowledged: true },
	'recording-gap': { severity: 'warning', ends: 'the recording is deleted', acknowledged: true },
	'recording-folder': { severity: 'critical', ends: 'a recording runs' },
	'safe-mode': { severity: 'critical', ends: 'a technician leaves safe mode' },
	'program-black': { severity: 'critical', ends: 'the program shows a picture again, or black is chosen' },
	'program-silent': { severity: 'warning', ends: 'the program is heard again, or silence is chosen' },
	'clock-not-synchronised': { severity: 'notice', ends: 'the clock follows a time server' },
	temperature: { severity: 'warning', ends: 'it is 5 °C cooler than its limit' },
	throttled: { severity: 'warning', ends: 'the machine runs at full speed' },
	'irq-storm': { severity: 'warning', ends: 'the line fires half as often as the limit' },
	'memory-low': { severity: 'warning', ends: 'a tenth of the memory is free' },
	'no-inputs': { severity: 'warning', ends: 'a capture device is plugged in' },
	input: { severity: 'warning', ends: 'frames come, or its signal is gone' },
	sound: { severity: 'warning', ends: 'the card is plugged in, or another is chosen' },
	'no-slot': { severity: 'warning', ends: 'an input of the mixer is free, or the device is unplugged' },
	'left-out': { severity: 'warning', ends: 'everything fits at a start', acknowledged: true },
	'database-damaged': { severity: 'critical', ends: 'the service is started again', acknowledged: true },
	'restore-failed': { severity: 'warning', ends: 'the service is started again', acknowledged: true },
	settings: { severity: 'warning', ends: 'the file can be used' },
	sealed: { severity: 'warning', ends: 'the secret is typed again' },
	'ice-server': { severity: 'warning', ends: 'the server answers, or is removed' },
	'guest-decoder': { severity: 'warning', ends: 'nothing is left out for 10 s, or the guest is gone' },
	'no-picture': { severity: 'warning', ends: 'a picture comes, or the guest or source is gone' },
	webhook: { severity: 'warning', ends: 'an alert is delivered' },
	certificate: { severity: 'warning', ends: 'it is renewed, replaced or not wanted any more' },
	tunnel: { severity: 'warning', ends: 'the tunnel is up or switched off' },
} as const satisfies Record<string, FaultKind>;
export type FaultCode = keyof typeof faultKinds;

/** What its owner says when it raises one. */
export interface FaultReport {
	code: FaultCode;
	/** What has the fault: a source, host, file or volume. */
	subject: string;
	message: string;
	/** What an operator can do about it; null when it mends itself. */
	remedy?: string | null;
	/** Code that the same trouble had before: its time and its count go on under this one. */
	was?: FaultCode;
}

export function faultKind(code: string): FaultKind | undefined {
	return Object.hasOwn(faultKinds, code) ? faultKinds[code as FaultCode] : undefined;
}

export function severityOf(code: string): Severity {
	return faultKind(code)?.severity ?? 'warning';
}
