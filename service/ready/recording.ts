import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { State } from '../contract/state.js';
import type { Facts } from './facts.js';

/** Of the sound in the file, and the container. */
const soundKbps = 170;
/** A running recording is ended at this much free space (recordings/recorder.ts). */
const reserveBytes = 64 * 2 ** 20;
const comfortable = 1.2;
const running = ['starting', 'recording', 'stopping'];

export function recordingChecks({ state, tested }: Facts): Check[] {
	const disk = check('recording', 'disk', 'Disk', diskFinding(state));
	const found = tested('disk-write');
	const write = found ?? off('Not tested yet', 'Check again');
	return [disk, check('recording', 'disk-write', 'Writing to the disk', write, found?.at ?? null)];
}

/** Bitrate of a program recording, kbit/s, measured where possible; null before the encoder is known. */
export function recordingKbps({ encoders }: Readonly<State>): number | null {
	const program = encoders.program;
	return program ? Math.max(program.measured?.kbps ?? 0, program.asked.kbps) + soundKbps : null;
}

export function diskFinding(state: Readonly<State>): Finding {
	const { disk, plan } = state.system;
	const kbps = recordingKbps(state);
	if (disk === null || kbps === null) return off('Free space not measured');
	const leftMin = Math.max(0, ((disk.freeBytes - reserveBytes) * 8) / (kbps * 1000) / 60);
	const room = `Room for ${spoken(leftMin)} at ${(kbps / 1000).toFixed(1)} Mbit/s`;
	if (plan.minutes === null) return warn(`${room}; show length not set`, 'Enter the planned length above');
	const recordedMs = Object.values(state.recordings).reduce(
		(sum, { state, durationMs }) => (running.includes(state) ? sum + durationMs : sum),
		0,
	);
	const wantedMin = Math.max(0, plan.minutes - recordedMs / 60_000);
	const wanted = recordedMs > 0 ? `${spoken(wantedMin)} still to record` : `the planned ${spoken(wantedMin)}`;
	const remedy = 'Delete old recordings, or use a larger disk';
	if (leftMin < wantedMin) return fail(`${room}; not enough for ${wanted}`, remedy);
	if (leftMin < wantedMin * comfortable) return warn(`${room}; just enough for ${wanted}`, remedy);
	return ok(`${room}; enough for ${wanted}`);
}

function spoken(minutes: number): string {
	const whole = Math.floor(minutes);
	if (whole < 1) return 'less than a minute';
	if (whole < 60) return `${whole} min`;
	if (whole < 48 * 60) return `${Math.floor(whole / 60)} h ${whole % 60} min`;
	return `${Math.floor(whole / 1440)} days ${Math.floor((whole % 1440) / 60)} h`;
}
