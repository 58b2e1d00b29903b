import type { FaultReport } from '../contract/faultKinds.js';
import type { State } from '../contract/state.js';
import type { Figure, Group } from './figures.js';
import { stormPerS } from './interrupts.js';

/** A condition that may be a fault. Absent: unknown, or the subject is gone. */
export interface Condition {
	fault: FaultReport;
	holds: boolean;
	/** How long it must hold before it is raised. */
	forMs: number;
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
				fault: { code: 'disk-low', subject: 'recordings', params: { minutes: coarse, recording } },
				holds: minutes < limit,
				forMs: 0,
			};
		});

const diskErrors: Rule = (now) =>
	of(now, 'diskErrors').map(({ name, value }) => ({
		fault: { code: 'disk-errors', subject: name, params: { disk: name, errors: value } },
		holds: value > 0,
		forMs: 0,
	}));

const temperature: Rule = (now, raised) =>
	of(now, 'temperature').map(({ name, value, limit = 0 }) => ({
		fault: { code: 'temperature', subject: name, params: { sensor: name, limitC: limit } },
		holds: value >= (raised('temperature', name) ? limit - coolerByC : limit),
		forMs: 10_000,
	}));

const throttled: Rule = (now) => {
	const held = of(now, 'throttle');
	if (held.length === 0) return [];
	const worst = held.filter(({ value }) => value > 0).map(({ name }) => name);
	return [
		{
			fault: { code: 'throttled', subject: 'processor', params: { parts: worst.join(', ') } },
			holds: worst.length > 0,
			forMs: 10_000,
		},
	];
};

/** A reading is the mean of 5 s, or of at least 2.5 s on a busy machine. */
const storm: Rule = (now, raised) =>
	of(now, 'interrupts')
		.filter(({ limit }) => limit !== undefined)
		.map(({ name, value }) => ({
			fault: { code: 'irq-storm', subject: name, params: { line: name, limitPerS: stormPerS } },
			holds: value > (raised('irq-storm', name) ? stormPerS / 2 : stormPerS),
			forMs: 0,
		}));

const memory: Rule = (now, raised) =>
	of(now, 'memory')
		.filter(({ name }) => name === 'used')
		.map(({ value }) => {
			const left = now.totalMemory - value;
			const share = raised('memory-low', 'machine') ? memoryLeft.enough : memoryLeft.low;
			return {
				fault: { code: 'memory-low', subject: 'machine', params: { leftPct: Math.round(share * 100) } },
				holds: left < now.totalMemory * share,
				forMs: 30_000,
			};
		});

const program: Rule = ({ onAir, runningMs }) => [
	{
		fault: { code: 'off-air', subject: 'program' },
		holds: !onAir && runningMs > starting.programMs,
		forMs: 5000,
	},
];

const clock: Rule = (now) =>
	of(now, 'clock').map(({ value }) => ({
		fault: { code: 'clock-not-synchronised', subject: 'clock' },
		holds: value === 0 && now.runningMs > starting.clockMs,
		forMs: 0,
	}));

const recordings: Rule = ({ stopped }) =>
	stopped.map(({ id, name, reason }) => ({
		fault: { code: 'recording-stopped', subject: id, params: { name, reason } },
		holds: true,
		forMs: 0,
	}));

const rules = [disk, diskErrors, temperature, throttled, storm, memory, program, clock, recordings];

export function conditions(now: Situation, raised: Raised): Condition[] {
	return rules.flatMap((rule) => rule(now, raised));
}
