import type { recordings as Recordings } from '../en/recordings.js';

export const recordings: typeof Recordings = {
	offline: 'Opptak fortsetter.',
	none: { title: 'Ingen opptak ennå.', text: 'Trykk Ta opp, her eller i bildemikseren, så kommer filen her.' },
	deleteOf: (name) => `Slett ${name}`,
	noFile: 'Ingen fil ennå.',
	download: 'Last ned',
	deleteAsk: (name) => `Slette «${name}»?`,
	deleteText: (files, size) =>
		files === 0 ? 'Det har ingen filer.' : `${files === 1 ? '1 fil' : `${files} filer`} (${size}) slettes for godt.`,
};
