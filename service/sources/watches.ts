import { kindTraits } from '../contract/sourceKinds.js';
import type { Watch } from '../showLog/watch.js';

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

export const watches: readonly Watch[] = [sources];
