import type { EntryKind } from './entryKinds.js';
import type { Severity } from './levels.js';
import { type Remedy, remedyText } from './remedies.js';

/** One kind of fault. Messages begin in lower case and have no full stop: they may follow a name. */
interface FaultKind {
	/** critical: ends or endangers the show. notice: mended itself. */
	severity: Severity;
	/** What ends it, for people. */
	ends: string;
	/** It reports something that cannot be undone, and stays until somebody has taken note of it. */
	acknowledged?: true;
	message: (params: never) => string;
	/** What somebody can do about it; null when it mends itself. */
	remedy: (params: never) => string | null;
}

/** What a capture device reports about itself. */
type InputFault = 'device' | 'busy' | 'format' | 'stream' | 'stalled';
type IceServerFault = { kind: 'stun' | 'turn'; name: string; error: string } | { kind: 'cloudflare'; error: string };
/** Why a process failed, in its own words or GStreamer's, and how much of the program was lost. */
interface HostFailure {
	reason: string;
	remedy: Remedy | null;
	lostMs?: number;
}
type CertificateFault =
	| { of: 'authority'; problem: 'unbounded' | 'early' | 'ends' | 'ended'; date: string }
	| { of: 'own'; problem: 'ends' | 'ended'; date: string }
	| { of: 'acme'; name: string; error: string };

const failure = ({ reason, lostMs }: HostFailure): string =>
	lostMs === undefined ? reason : `${reason}; ${lostMs} ms of the program were lost`;

/** Also used on its own for a guest. */
export const decoderBehind = (dropped: number): string =>
	`this machine cannot keep up with decoding: ${dropped} packets dropped so far`;
export const noPicture = ({ unsent, reason }: { unsent: number; reason: string | null }): string =>
	reason ??
	`packets arrive, but no picture: ${unsent > 0 ? `the decoder has given up (${unsent} packets so far)` : 'nothing can be decoded'}`;

/** Every fault, with its words. Each one ends, as a test shows (test/unit/faults/faultEnds). */
export const faultKinds = {
	'off-air': {
		severity: 'critical',
		ends: 'the encoder produces frames again',
		message: () => 'the program is off air: its encoder produces no frames',
		remedy: () => 'Check the faults of the mixer and the encoder; if there are none, restart the service',
	},
	'host-held-off': {
		severity: 'critical',
		ends: 'the process has run for 5 s, or is no longer needed',
		message: ({ failures, pauseS, ...why }: HostFailure & { failures: number; pauseS: number }) =>
			`failed ${failures} times in a minute, next try in ${pauseS} s: ${failure(why)}`,
		remedy: ({ remedy }: HostFailure) => remedyText(remedy),
	},
	'host-stuck': {
		severity: 'critical',
		ends: 'the kernel releases the process',
		message: ({ pid, state }: { pid: number; state: string }) =>
			`process ${pid} does not respond to SIGKILL: the kernel is holding it (state ${state})`,
		remedy: () => remedyText({ code: 'device-held' }),
	},
	'host-restarted': {
		severity: 'notice',
		ends: 'the process has run for 5 s, or is no longer needed',
		message: failure,
		remedy: ({ remedy }: HostFailure) => remedyText(remedy),
	},
	'disk-full': {
		severity: 'critical',
		ends: 'there is room for a recording again',
		message: ({ name, leftMb, folder }: { name: string; leftMb: number; folder: string }) =>
			`the disk is full: the recording “${name}” was stopped with ${leftMb} MB left in ${folder}`,
		remedy: () => 'Delete old recordings, or use a larger disk',
	},
	'disk-low': {
		severity: 'warning',
		ends: 'there is room for 40 minutes of recording',
		message: ({ minutes, recording }: { minutes: number; recording: boolean }) =>
			`the disk has room for about ${minutes} minutes of recording${recording ? ' at the current bitrate' : ''}`,
		remedy: () => 'Download and delete old recordings, or use a larger disk',
	},
	'disk-errors': {
		severity: 'critical',
		ends: 'the disk has reported no errors for an hour, or another disk is in use',
		message: ({ disk, errors }: { disk: string; errors: number }) =>
			`the disk ${disk} reported ${errors} ${errors === 1 ? 'error' : 'errors'} in the last hour`,
		remedy: () => 'Copy what is on it to another disk now, then replace it',
	},
	'recording-stopped': {
		severity: 'critical',
		ends: 'another recording is running',
		acknowledged: true,
		message: ({ name, reason }: { name: string; reason: string | null }) =>
			`the recording “${name}” has stopped unexpectedly${reason === null ? '' : `: ${reason}`}`,
		remedy: () => 'Start a new recording now; everything written before the stop is intact',
	},
	'recording-lost': {
		severity: 'critical',
		ends: 'the recording is deleted',
		acknowledged: true,
		message: ({ file, name, backS }: { file: string; name: string; backS: number; folder: string }) =>
			`the file ${file} of the recording “${name}” is gone: it was deleted or moved, or its disk was removed. Recording continues in a new file, which starts up to ${backS} s earlier`,
		remedy: ({ folder }: { folder: string }) =>
			`Put the disk or the folder back at ${folder}, or find the file where it was moved to`,
	},
	'recording-gap': {
		severity: 'warning',
		ends: 'the recording is deleted',
		acknowledged: true,
		message: ({ missingMs }: { missingMs: number }) =>
			`${missingMs} ms of the program are missing between parts: the recorder was down for longer than the encoder buffers`,
		remedy: () => 'Find out why the recorder was down (its fault, the disk); what was written is intact',
	},
	'recording-folder': {
		severity: 'critical',
		ends: 'a recording is running',
		message: ({ error }: { error: string; folder: string }) => `the folder for recordings cannot be created: ${error}`,
		remedy: ({ folder }: { folder: string }) => `Make sure that ${folder} is a folder the service can write to`,
	},
	'safe-mode': {
		severity: 'critical',
		ends: 'a technician leaves safe mode',
		message: () => 'the last three starts each crashed within two minutes; the inputs are off',
		remedy: () => 'Unplug the input that was added last, then leave safe mode (System page, or POST /api/system/safe-mode)',
	},
	'program-black': {
		severity: 'critical',
		ends: 'the program shows a picture again, or black is chosen',
		message: () => 'the program is black although it has sources',
		remedy: () =>
			'Cut to a source that has a picture, then check the sources that were on program (lens cap, wrong input, no signal)',
	},
	'program-silent': {
		severity: 'warning',
		ends: 'the program has sound again, or silence is chosen',
		message: () => 'the program is silent although sound is open',
		remedy: () => 'Check the meters: is the right microphone open, and does it show a level? Mute what is meant to be silent',
	},
	'clock-not-synchronised': {
		severity: 'notice',
		ends: 'the clock is synchronised with a time server',
		message: () => 'the clock is not synchronised with a time server: times of recordings and certificates may be wrong',
		remedy: () => 'Give the device access to a time server (timedatectl set-ntp true; UDP port 123), or set the time by hand',
	},
	temperature: {
		severity: 'warning',
		ends: 'it is 5 °C below its limit',
		message: ({ sensor, limitC }: { sensor: string; limitC: number }) => `${sensor} is hotter than ${limitC} °C`,
		remedy: () =>
			'Clear the air inlets and the fan, move the device somewhere cooler, or reduce its load (fewer viewers, smaller canvas)',
	},
	throttled: {
		severity: 'warning',
		ends: 'the machine runs at full speed',
		message: ({ parts }: { parts: string }) =>
			`the machine is throttling (${parts}): it is too hot, or its power supply is too weak`,
		remedy: () => 'Check the temperature; if it is low, use the power supply that came with the device',
	},
	'irq-storm': {
		severity: 'warning',
		ends: 'the line fires at half the limit or less',
		message: ({ line, limitPerS }: { line: string; limitPerS: number }) =>
			`interrupt line ${line} fires more than ${limitPerS} times a second`,
		remedy: () =>
			'Unplug the device on this line (for a capture input: its cable) and plug it in again; if the fault returns, replace it',
	},
	'memory-low': {
		severity: 'warning',
		ends: 'a tenth of the memory is free',
		message: ({ leftPct }: { leftPct: number }) => `less than ${leftPct} % of the memory is left`,
		remedy: () => 'Use fewer guests and viewers, or a smaller canvas; close other programs on this machine',
	},
	'no-inputs': {
		severity: 'warning',
		ends: 'a capture device is plugged in',
		message: () => 'no capture device was found',
		remedy: () => 'Plug one in (it appears automatically), or start with --demo for test pictures',
	},
	input: {
		severity: 'warning',
		ends: 'frames arrive, or its signal is gone',
		message: ({ reason }: { code: InputFault; reason: string }) => reason,
		remedy: ({ code }: { code: InputFault }) => {
			switch (code) {
				case 'device':
					return 'Plug the device in again; it comes back automatically';
				case 'busy':
					return 'Close the other program that captures from it';
				case 'format':
					return 'Set the camera to a progressive format, up to 1080p60 or 2160p30';
				default:
					return null;
			}
		},
	},
	sound: {
		severity: 'warning',
		ends: 'the card is plugged in, or another is chosen',
		message: ({ device }: { device: string }) => `its sound card ${device} is unplugged`,
		remedy: () => 'Plug it in again (it comes back automatically), or choose another card for the source',
	},
	'no-slot': {
		severity: 'warning',
		ends: 'a mixer input is free, or the device is unplugged',
		message: ({ label }: { label: string }) => `${label} has no mixer input: all are in use`,
		remedy: () => 'Remove a guest or a source that is not needed; this one then gets its input automatically',
	},
	'left-out': {
		severity: 'warning',
		ends: 'a start leaves nothing out',
		acknowledged: true,
		message: ({ kind, count, named, more }: { kind: EntryKind; count: number; named: string; more: number }) =>
			`${count} of the ${kind} cannot be used and were left out: ${named}${more > 0 ? `; and ${more} more` : ''}`,
		remedy: () => 'Create them again or restore a backup; what is in the database stays there',
	},
	'database-damaged': {
		severity: 'critical',
		ends: 'the service is restarted',
		acknowledged: true,
		message: ({ keptAs }: { keptAs: string }) =>
			`the database was damaged and is kept as ${keptAs}; a new one was created. Recordings are untouched`,
		remedy: () => 'Create the scenes, guests and tokens again, or put a backup of studio.db in its place',
	},
	'restore-failed': {
		severity: 'warning',
		ends: 'the service is restarted',
		acknowledged: true,
		message: ({ error }: { error: string }) => `the backup could not be restored, and nothing has changed: ${error}`,
		remedy: () => 'Free space on the disk, or use another backup',
	},
	settings: {
		severity: 'warning',
		ends: 'the file is usable',
		message: ({ error }: { error: string; file: string; missing: boolean }) => error,
		remedy: ({ file, missing }: { file: string; missing: boolean }) =>
			missing
				? 'Change anything on the Settings page, and it is written again; without it the next start uses the defaults'
				: `Correct that line of ${file} in the data folder, or apply another file (r58 config apply FILE); it applies immediately`,
	},
	sealed: {
		severity: 'warning',
		ends: 'the secret is entered again',
		message: ({ secrets, file }: { secrets: string; file: string }) =>
			`${secrets} in ${file} was sealed by another device and cannot be used`,
		remedy: () => 'Enter it again',
	},
	'ice-server': {
		severity: 'warning',
		ends: 'the server answers, or is removed',
		message: (server: IceServerFault) =>
			server.kind === 'cloudflare'
				? `no TURN credentials from Cloudflare: ${server.error}`
				: `${server.kind.toUpperCase()} server "${server.name}": ${server.error}`,
		remedy: ({ kind }: IceServerFault) =>
			kind === 'cloudflare'
				? 'Check the key ID and API token on the Network page'
				: `Test it on the Network page; guests who need ${kind.toUpperCase()} cannot connect`,
	},
	'guest-decoder': {
		severity: 'warning',
		ends: 'no packets are dropped for 10 s, or the guest is gone',
		message: ({ name, dropped }: { name: string; dropped: number }) => `${name}: ${decoderBehind(dropped)}`,
		remedy: () => 'Ask the guest to send a smaller picture, or set a limit on the guest’s card',
	},
	'no-picture': {
		severity: 'warning',
		ends: 'a picture arrives, or the guest or source is gone',
		message: ({ name, ...why }: { name: string; unsent: number; reason: string | null; remedy: Remedy }) =>
			`${name}: ${noPicture(why)}`,
		remedy: ({ remedy }: { remedy: Remedy }) => remedyText(remedy),
	},
	webhook: {
		severity: 'warning',
		ends: 'an alert is delivered',
		message: ({ error }: { error: string }) => `alerts do not reach the webhook: ${error}`,
		remedy: () => 'Check that its receiver is running and can be reached, then send a test (Health page)',
	},
	certificate: {
		severity: 'warning',
		ends: 'it is renewed, replaced or no longer needed',
		message: (certificate: CertificateFault) => {
			if (certificate.of === 'acme') return `no certificate for ${certificate.name}: ${certificate.error}`;
			const { of, problem, date } = certificate;
			const what = of === 'own' ? 'the installed certificate' : 'this studio’s certificate authority';
			switch (problem) {
				case 'unbounded':
					return `${what} could sign for any website`;
				case 'early':
					return `${what} is not valid before ${date}: the clock was wrong when it was created`;
				case 'ends':
					return `${what} expires on ${date}`;
				case 'ended':
					return `${what} expired on ${date}`;
			}
		},
		remedy: (certificate: CertificateFault) => {
			switch (certificate.of) {
				case 'acme':
					return `Make http://${certificate.name}/.well-known/acme-challenge/ lead from the internet to the studio’s plain HTTP port (forward port 80 to it). It is retried automatically`;
				case 'authority':
					return 'Create a new one on the System page when no show is running; every phone and computer must then trust it';
				case 'own':
					return 'Install a new one on the System page, or go back to the device’s own';
			}
		},
	},
	tunnel: {
		severity: 'warning',
		ends: 'the tunnel is up or switched off',
		message: ({ error }: { error: string; remedy: Remedy | null }) => `the tunnel for guests is down: ${error}`,
		remedy: ({ remedy }: { remedy: Remedy | null }) => remedyText(remedy),
	},
} satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof faultKinds;
/** Parameters of a fault's words; undefined when the words are always the same. */
export type FaultParams<Code extends FaultCode> = Parameters<(typeof faultKinds)[Code]['message']>[0];

/** The words of every fault, in one language. */
export type FaultWords = {
	[Code in FaultCode]: {
		message: (params: FaultParams<Code>) => string;
		remedy: (params: FaultParams<Code>) => string | null;
	};
};

/** What the owner of a fault passes to raise it. */
export type FaultReport = {
	[Code in FaultCode]: {
		code: Code;
		/** What has the fault: a source, host, file or volume. */
		subject: string;
		/** The code this fault had before; its time and count carry over. */
		was?: FaultCode;
	} & (FaultParams<Code> extends undefined ? { params?: undefined } : { params: FaultParams<Code> });
}[FaultCode];

export function isFaultCode(code: string): code is FaultCode {
	return Object.hasOwn(faultKinds, code);
}

export function faultText(
	{ code, params }: Pick<FaultReport, 'code' | 'params'>,
	words: FaultWords = faultKinds,
): { message: string; remedy: string | null } {
	const { message, remedy } = words[code] as Record<'message', (of: unknown) => string> &
		Record<'remedy', (of: unknown) => string | null>;
	return { message: message(params), remedy: remedy(params) };
}

export function severityOf(code: string): Severity {
	return isFaultCode(code) ? faultKinds[code].severity : 'warning';
}
