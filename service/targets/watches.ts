import type { Watch } from '../showLog/watch.js';

const targets: Watch = {
	kind: 'target',
	parts: ['targets'],
	noun: 'targets',
	read: ({ targets }) => Object.values(targets).map(({ id, state }) => [id, state === 'starting' ? null : state]),
	tell: ({ subject, before, now, state: { targets } }) => {
		const { label, lastError } = targets[subject] ?? {};
		if (now === 'live') return { event: 'started', text: `Sending to ${label}` };
		if (now === 'fault') return { event: 'error', text: `Sending to ${label} failed: ${lastError ?? 'reason unknown'}` };
		return now === 'off' && before !== undefined ? { event: 'stopped', text: `Sending to ${label} ended` } : null;
	},
};

export const watches: readonly Watch[] = [targets];
