import type { Happening, LogKind } from '../contract/showLog.js';
import { kindTraits } from '../contract/sourceKinds.js';
import type { State } from '../contract/state.js';
import { tallyOf } from '../contract/tally.js';
import { subjectLabel } from './labels.js';
import { clockOf } from './timecode.js';

type Told = Pick<Happening, 'event' | 'text'> & Partial<Happening>;

interface Change {
	subject: string;
	/** undefined: it was not there, or is not any more. */
	before: string | undefined;
	now: string | undefined;
	state: Readonly<State>;
}

/** One sort of thing that the log tells of, as a value for each subject. */
export interface Watch {
	kind: LogKind;
	/** Parts of the state that it depends on. */
	parts: (keyof State)[];
	/** The noun in the paths of requests that change it. */
	noun: string;
	/** Null: on the way from one value to another, not judged. */
	read: (state: Readonly<State>) => [subject: string, value: string | null][];
	tell: (change: Change) => Told | null;
	/** It may go to and fro; only what it comes to is told. */
	settles?: boolean;
	/** A take may be the cause, and is told first. */
	afterTake?: boolean;
}

/** A fault's code and subject in one key; neither has a line break. */
const faultKey = (code: string, subject: string) => `${code}\n${subject}`;

const recordings: Watch = {
	kind: 'recording',
	parts: ['recordings'],
	noun: 'recordings',
	read: ({ recordings }) =>
		Object.values(recordings).map(({ id, state }) => [id, state === 'starting' || state === 'stopping' ? null : state]),
	tell: ({ subject, now, state }) => {
		const recording = state.recordings[subject];
		if (!recording) return null;
		const { name, startFrame: frame, startPtsNs: ptsNs, durationMs, lastError } = recording;
		if (now === 'recording') {
			return { event: 'started', text: `Recording “${name}” started`, frame, ptsNs };
		}
		const why = lastError === null ? '' : `: ${lastError}`;
		return {
			event: now === 'fault' ? 'failed' : 'stopped',
			text: `Recording “${name}” ended after ${clockOf(durationMs)}${why}`,
		};
	},
};

const parts: Watch = {
	kind: 'recording',
	parts: ['recordings'],
	noun: 'parts',
	read: ({ recordings }) =>
		Object.values(recordings).map(({ id, files }) => [id, String(Math.max(1, ...files.map(({ part }) => part)))]),
	tell: ({ subject, before, now, state: { recordings } }) =>
		before !== undefined && now !== undefined
			? { event: 'part', text: `Recording “${recordings[subject]?.name}” goes on in part ${now}: its recorder was replaced` }
			: null,
};

const sources: Watch = {
	kind: 'source',
	parts: ['sources'],
	noun: 'sources',
	read: ({ sources }) =>
		Object.values(sources)
			.filter(({ kind }) => !kindTraits[kind].person)
			.map(({ id, state }) => [id, state === 'starting' ? null : state === 'live' ? 'live' : state === 'off' ? 'off' : 'lost']),
	tell: ({ subject, before, now, state: { sources } }) => {
		const { label, lastError } = sources[subject] ?? {};
		if (before === undefined || now === undefined) return null;
		if (now === 'live') return { event: 'live', text: `${label} is back` };
		if (now === 'off') return { event: 'off', text: `${label} is off` };
		return { event: 'lost', text: `${label} has no picture${lastError ? `: ${lastError}` : ''}` };
	},
};

const guests: Watch = {
	kind: 'guest',
	parts: ['guests'],
	noun: 'seats',
	read: ({ guests }) => Object.values(guests).map(({ id, state }) => [id, state === 'connecting' ? null : state]),
	tell: ({ subject, before, now, state: { guests } }) => {
		const name = guests[subject]?.name ?? subject;
		if (now === 'connected') return { event: 'joined', text: before === 'lost' ? `${name} is back` : `${name} joined` };
		if (now === 'lost') return { event: 'lost', text: `${name} was lost: ${guests[subject]?.lastError ?? 'no reason is known'}` };
		return before === 'connected' ? { event: 'left', text: `${name} left` } : null;
	},
};

const guestsOnAir: Watch = {
	kind: 'guest',
	parts: ['guests', 'buses', 'scenes'],
	noun: 'tally',
	afterTake: true,
	read: (state) =>
		Object.values(state.guests).map(({ id, state: seat }) => [
			id,
			seat === 'connected' && tallyOf(id, state) === 'program' ? 'on-air' : 'off-air',
		]),
	tell: ({ subject, before, now, state: { guests } }) => {
		const name = guests[subject]?.name;
		if (now === 'on-air') return { event: 'on-air', text: `${name} is on air` };
		return before === 'on-air' && now === 'off-air' ? { event: 'off-air', text: `${name} is off air` } : null;
	},
};

const targets: Watch = {
	kind: 'target',
	parts: ['targets'],
	noun: 'targets',
	read: ({ targets }) => Object.values(targets).map(({ id, state }) => [id, state === 'starting' ? null : state]),
	tell: ({ subject, before, now, state: { targets } }) => {
		const { label, lastError } = targets[subject] ?? {};
		if (now === 'live') return { event: 'started', text: `Sending to ${label}` };
		if (now === 'fault') return { event: 'error', text: `Sending to ${label} failed: ${lastError ?? 'no reason is known'}` };
		return now === 'off' && before !== undefined ? { event: 'stopped', text: `Sending to ${label} ended` } : null;
	},
};

const faults: Watch = {
	kind: 'fault',
	parts: ['faults'],
	noun: 'faults',
	read: ({ faults }) => faults.map(({ code, subject }) => [faultKey(code, subject), 'raised']),
	tell: ({ subject: key, now, state }) => {
		const [code = '', subject = ''] = key.split('\n');
		const fault = state.faults.find((fault) => fault.code === code && fault.subject === subject);
		const name = subjectLabel(state, subject);
		if (now === undefined) return { subject, event: 'cleared', text: `${name}: over (${code})` };
		return { subject, event: 'raised', text: `${name}: ${fault?.message ?? code}` };
	},
};

const mutes: Watch = {
	kind: 'audio',
	parts: ['audio'],
	noun: 'audio',
	settles: true,
	read: ({ audio }) => Object.entries(audio).map(([id, { mute }]) => [id, mute ? 'muted' : 'unmuted']),
	tell: ({ subject, before, now, state: { sources } }) => {
		if (before === undefined || now === undefined) return null;
		const name = subject === 'master' ? 'The program sound' : (sources[subject]?.label ?? subject);
		return { event: now, text: `${name} is ${now === 'muted' ? 'muted' : 'heard again'}` };
	},
};

const safeMode: Watch = {
	kind: 'system',
	parts: ['system'],
	noun: 'system',
	read: ({ system }) => [['safe-mode', String(system.safeMode)]],
	tell: ({ now }) => (now === 'false' ? { event: 'safe-mode', text: 'Safe mode was left: the inputs start' } : null),
};

export const watches: readonly Watch[] = [recordings, parts, sources, guests, guestsOnAir, targets, faults, mutes, safeMode];
