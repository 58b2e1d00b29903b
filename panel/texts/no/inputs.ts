import type { inputs as Inputs } from '../en/inputs.js';

export const inputs: typeof Inputs = {
	addRtp: 'Legg til en RTP-kilde',
	hint: 'HDMI-innganger og opptakskort kommer av seg selv. Gjester inviteres i bildemikseren.',
	none: {
		title: 'Ingen innganger ennå.',
		text: 'Koble til et kamera eller opptakskort, så kommer det her. Eller legg til en RTP-kilde for programvare som sender over nettet.',
	},
	removeText: 'Den tas ut av alle scener, og portene lukkes.',
	kinds: { test: 'Testbilde', hdmi: 'HDMI', guest: 'Gjest', desktop: 'Skrivebord', media: 'Medier', rtp: 'RTP', black: 'Svart' },
	waitingForPackets: 'Venter på pakker',
	notHere: 'Ikke blitt med ennå',
	soundFrom: (card) => `Lyd fra ${card}`,
	delay: (ms) => `Forsinkelse ${ms} ms`,
	delayAuto: (ms) => `Forsinkelse ${ms} ms, automatisk`,
	whenLost: (what) => `Ved utfall: ${what}`,
	whenLostInstead: (source) => `Ved utfall: ${source} i stedet`,
	howToSend: 'Slik sender du til den',
	sendHint: {
		before: 'Denne linjen sender et testbilde og en lav tone. Bytt ut ',
		after: ' med kameraet ditt.',
		loopback: 'Bare programvare på selve studioet kan sende; i innstillingene kan du åpne for nettet.',
		address: 'Fra en annen maskin: bruk adressen til studioet i stedet for 127.0.0.1.',
	},
	command: 'Kommando som sender til denne kilden',
	videoAt: (codec, port) => `${codec} på UDP ${port}`,
	audioAt: (port) => `Opus på UDP ${port}`,
	openToNetwork: 'åpen for nettet',
	fromStudio: 'fra studioet selv',
	silent: 'stille',
	level: (level) => `lyd ${level}`,
	rtp: {
		hint: 'Et kamera, en enkoder eller programvare som sender H.264 eller VP8 og Opus som ren RTP.',
		suggestion: (number) => `RTP ${number}`,
	},
};
