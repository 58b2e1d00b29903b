import type { FaultCode } from '../contract/faultKinds.js';
import type { State } from '../contract/state.js';
import type { Figure, Group } from './figures.js';
import { stormPerS } from './interrupts.js';

/** A condition that may be a fault. Absent: unknown, or the subject is gone. */
export interface Condition {
	code: FaultCode;
	subject: string;
	holds: boolean;
	/** How long it must hold before it is raised. */
	forMs: number;
	message: string;
	remedy: string;
}

/** What the rules read. */
export interface Situation {
	figures: readonly Figure[];
	state: Pick<State, 'encoders' | 'recordings'>;
	onAir: boolean;
	/** Since the media started. */
	runningMs: number;
	/** Bytes per second of the running recordings, null when there are none. */
	recordingRate: number | null;
	totalMemory: number;
	/** Recordings that ended by a fault and were seen running. */
	stopped: readonly { id: string; name: string; reason: string | null }[];
}

/** Whether it is raised already: a raised fault stays until it is clearly better. */
export type Raised = (code: string, subject: string) => boolean;
type Rule = (now: Situation, raised: Raised) => Condition[];

const minute = 60_000;
/** Recording time left: raised below the first, cleared above the second. */
const diskMinutes = { low: 30, enough: 40 };
/** Share of free memory. */
const memoryLeft = { low: 0.06, enough: 0.1 };
const coolerByC = 5;
const audioKbps = 160;
const starting = { programMs: 30_000, clockMs: 2 * minute };

function of({ figures }: Situation, group: Group): Figure[] {
	return figures.filter((figure) => figure.group === group);
}

/** Bytes per second of one program recording: what the encoder makes. */
function expectedRate({ encoders }: Situation['state']): number {
	const { measured, asked } = encoders.program ?? {};
	return (((measured ?? asked)?.kbps ?? 0) + audioKbps) * 125;
}

const disk: Rule = (now, raised) =>
	of(now, 'diskFree')
		.filter(({ name }) => name === 'left')
		.map(({ value }) => {
			const recording = now.recordingRate !== null && now.recordingRate > 0;
			const minutes = value / (recording ? now.recordingRate! : expectedRate(now.state)) / 60;
			const limit = raised('disk-low', 'recordings') ? diskMinutes.enough : diskMinutes.low;
			const coarse = minutes >= 5 ? Math.floor(minutes / 5) * 5 : Math.floor(minutes);
			return {
				code: 'disk-low',
				subject: 'recordings',
				holds: minutes < limit,
				forMs: 0,
				message: `the disk has room for about ${coarse} minutes of recording${recording ? ' at the present rate' : ''}`,
				remedy: 'Download and delete old recordings, or use a larger disk',
			};
		});

const diskErrors: Rule = (now) =>
	of(now, 'diskErrors').map(({ name, value }) => ({
		code: 'disk-errors',
		subject: name,
		holds: value > 0,
		forMs: 0,
		message: `the disk ${name} has reported ${value} ${value === 1 ? 'error' : 'errors'} within an hour`,
		remedy: 'Save what is on it now, then replace the disk (for an SD card: the card)',
	}));

const temperature: Rule = (now, raised) =>
	of(now, 'temperature').map(({ name, value, limit = 0 }) => ({
		code: 'temperature',
		subject: name,
		holds: value >= (raised('temperature', name) ? limit - coolerByC : limit),
		forMs: 10_000,
		message: `${name} is hotter than ${limit} °C`,
		remedy:
			'Free the air inlets and the fan, move the device to a cooler place, or take load off it (fewer viewers, smaller canvas)',
	}));

const throttled: Rule = (now) => {
	const held = of(now, 'throttle');
	if (held.length === 0) return [];
	const worst = held.filter(({ value }) => value > 0).map(({ name }) => name);
	return [
		{
			code: 'throttled',
			subject: 'processor',
			holds: worst.length > 0,
			forMs: 10_000,
			message: `the machine holds itself down (${worst.join(', ')}): too hot, or too little power`,
			remedy: 'Look at the temperature; if it is low, use the power supply that came with the device',
		},
	];
};

/** A reading is the mean of 5 s, or of at least 2.5 s on a busy machine. */
const storm: Rule = (now, raised) =>
	of(now, 'interrupts')
		.filter(({ limit }) => limit !== undefined)
		.map(({ name, value }) => ({
			code: 'irq-storm',
			subject: name,
			holds: value > (raised('irq-storm', name) ? stormPerS / 2 : stormPerS),
			forMs: 0,
			message: `interrupt line ${name} fires more than ${stormPerS} times a second`,
			remedy:
				'Unplug what belongs to this line (for a capture input: its cable), then plug it in again; if it comes back, replace it',
		}));

const memory: Rule = (now, raised) =>
	of(now, 'memory')
		.filter(({ name }) => name === 'used')
		.map(({ value }) => {
			const left = now.totalMemory - value;
			const share = raised('memory-low', 'machine') ? memoryLeft.enough : memoryLeft.low;
			return {
				code: 'memory-low',
				subject: 'machine',
				holds: left < now.totalMemory * share,
				forMs: 30_000,
				message: `less than ${Math.round(share * 100)} % of the memory is left`,
				remedy: 'Fewer guests and viewers, or a smaller canvas; end other programs on this machine',
			};
		});

const program: Rule = ({ onAir, runningMs }) => [
	{
		code: 'off-air',
		subject: 'program',
		holds: !onAir && runningMs > starting.programMs,
		forMs: 5000,
		message: 'the program is not on air: its encoder makes no frames',
		remedy: 'See the faults of the mixer and the encoder; if there are none, restart the service',
	},
];

const clock: Rule = (now) =>
	of(now, 'clock').map(({ value }) => ({
		code: 'clock-not-synchronised',
		subject: 'clock',
		holds: value === 0 && now.runningMs > starting.clockMs,
		forMs: 0,
		message: 'the clock follows no time server: times of recordings and certificates may be wrong',
		remedy: 'Let the device reach a time server (timedatectl set-ntp true; UDP port 123), or set the time by hand',
	}));

const recordings: Rule = ({ stopped }) =>
	stopped.map(({ id, name, reason }) => ({
		code: 'recording-stopped',
		subject: id,
		holds: true,
		forMs: 0,
		message: `the recording “${name}” has stopped by itself${reason ? `: ${reason}` : ''}`,
		remedy: 'Start another recording now; what was written up to then is whole',
	}));

const rules = [disk, diskErrors, temperature, throttled, storm, memory, program, clock, recordings];

export function conditions(now: Situation, raised: Raised): Condition[] {
	return rules.flatMap((rule) => rule(now, raised));
}
