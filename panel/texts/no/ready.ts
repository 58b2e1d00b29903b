import type { ready as Ready } from '../en/ready.js';

export const ready: typeof Ready = {
	checking: 'Sjekker …',
	statuses: { ok: 'OK', warn: 'Sjekk', fail: 'Feil', off: 'Info' },
	groups: {
		studio: 'Studio',
		inputs: 'Innganger',
		sound: 'Lyd',
		guests: 'Gjester',
		recording: 'Opptak',
		outputs: 'Mål',
		machine: 'Maskin',
	},
	tested: (time) => `Testet ${time}`,
	updated: (time) => `Oppdatert ${time} · sjekkes hele tiden`,
	testsDone: 'Utførte tester',
	testing: (done, total) => `Tester ${done} av ${total} …`,
	test: 'Sjekk på nytt',
	testHint: 'Tester disken og målene. Ingenting går på lufta.',
	only: 'Bare det som må sjekkes',
	export: 'Eksporter JSON',
	print: 'Skriv ut',
	nothing: { title: 'Ingenting å sjekke.', text: 'God sending.' },
	verdicts: {
		ok: 'Klar',
		warn: (count) => `Klar – ${count === 1 ? '1 ting' : `${count} ting`} å sjekke`,
		fail: (count) => `Ikke klar – ${count === 1 ? '1 ting' : `${count} ting`} må rettes`,
	},
	plan: {
		title: 'Planlagt lengde',
		hours: 't',
		minutes: 'min',
		range: 'Timer fra 0 til 8760, minutter fra 0 til 59.',
	},
};
