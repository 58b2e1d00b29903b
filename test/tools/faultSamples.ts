/** One report of every fault there is, as its owner raises it. */
import type { FaultCode, FaultReport } from '../../service/contract/faultKinds.js';

type Sample<Code extends FaultCode> = Extract<FaultReport, { code: Code }> extends { params: infer Params } ? Params : undefined;

const samples: { [Code in FaultCode]: Sample<Code> } = {
	'off-air': undefined,
	'host-held-off': { failures: 5, pauseS: 30, reason: '/dev/video5 is busy', remedy: { code: 'device-busy' } },
	'host-stuck': { pid: 7, state: 'D' },
	'host-restarted': { reason: 'killed by the kernel: out of memory', remedy: { code: 'out-of-memory' }, lostMs: 40 },
	'disk-full': { name: 'First', leftMb: 90, folder: '/data/recordings' },
	'disk-low': { minutes: 25, recording: true },
	'disk-errors': { disk: 'mmcblk0', errors: 2 },
	'recording-stopped': { name: 'First', reason: 'the disk was full' },
	'recording-lost': { file: 'program-001.mp4', name: 'First', backS: 16, folder: '/data/recordings' },
	'recording-gap': { missingMs: 400 },
	'recording-folder': { folder: '/data/recordings', error: 'EACCES: permission denied' },
	'safe-mode': undefined,
	'program-black': undefined,
	'program-silent': undefined,
	'clock-not-synchronised': undefined,
	temperature: { sensor: 'soc', limitC: 90 },
	throttled: { parts: 'cpu' },
	'irq-storm': { line: '77', limitPerS: 50_000 },
	'memory-low': { leftPct: 6 },
	'no-inputs': undefined,
	input: { code: 'device', reason: 'the capture device is unplugged' },
	sound: { device: 'hw:CARD=Loopback,DEV=1' },
	'no-slot': { label: 'Ada' },
	'left-out': { kind: 'scenes', count: 7, named: 'a (no layers)', more: 2 },
	'database-damaged': { keptAs: 'studio.db.damaged-1' },
	'restore-failed': { error: 'ENOSPC: no space left on device' },
	settings: {
		error: 'settings.yaml: line 3, column 8, network.tcp: expected true or false',
		file: 'settings.yaml',
		missing: false,
	},
	sealed: { secrets: 'alerts.secret', file: 'settings.yaml' },
	'ice-server': { kind: 'turn', name: 'ours', error: 'it does not answer' },
	'guest-decoder': { name: 'Ada', dropped: 40 },
	'no-picture': { name: 'Ada', unsent: 3, reason: null, remedy: { code: 'sender-format' } },
	webhook: { error: 'it answers 500' },
	certificate: { of: 'own', problem: 'ends', date: 'Jan 1 2027' },
	tunnel: { error: 'Connection refused', remedy: { code: 'ssh-unreachable' } },
};

/** With these params where the test is about them. */
export function faultSample<Code extends FaultCode>(
	code: Code,
	subject: string,
	params: Sample<Code> = samples[code],
): FaultReport {
	return { code, subject, params } as unknown as FaultReport;
}

export const faultCodes = Object.keys(samples) as FaultCode[];
