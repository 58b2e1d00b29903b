import type { systemLog as SystemLog } from '../en/systemLog.js';

export const systemLog: typeof SystemLog = {
	levels: { debug: 'Feilsøking', info: 'Info', warn: 'Advarsel', error: 'Feil' },
	andAbove: (level) => `${level} og over`,
	level: 'Nivå',
	component: 'Komponent',
	all: 'alle',
	text: 'Inneholder',
	from: 'Fra',
	to: 'Til',
	follow: 'Følg direkte',
	download: 'Last ned',
	none: { title: 'Ingen linje passer.', text: 'Velg et lavere nivå, eller fjern ord og tider fra filteret.' },
	lines: (count) => (count === 1 ? '1 linje' : `${count} linjer`),
	newest: (count) => `de nyeste ${count} linjene`,
	missed: (count) => `${count} kom for fort til å bli vist`,
};
