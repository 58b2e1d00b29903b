import type { Watch } from '../showLog/watch.js';

const mutes: Watch = {
	kind: 'audio',
	parts: ['audio'],
	noun: 'audio',
	settles: true,
	read: ({ audio }) => Object.entries(audio).map(([id, { mute }]) => [id, mute ? 'muted' : 'unmuted']),
	tell: ({ subject, before, now, state: { sources } }) => {
		if (before === undefined || now === undefined) return null;
		const name = subject === 'master' ? 'Master' : (sources[subject]?.label ?? subject);
		return { event: now, text: `${name} is ${now === 'muted' ? 'muted' : 'unmuted'}` };
	},
};

export const watches: readonly Watch[] = [mutes];
