import { clockOf } from '../showLog/timecode.js';
import type { Watch } from '../showLog/watch.js';

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
			? { event: 'part', text: `Recording “${recordings[subject]?.name}” continues in part ${now}: its recorder was restarted` }
			: null,
};

export const watches: readonly Watch[] = [recordings, parts];
