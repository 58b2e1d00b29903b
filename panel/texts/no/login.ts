import type { login as Login } from '../en/login.js';

export const login: typeof Login = {
	asking: 'Kobler til studioet …',
	withCode: 'Logg inn med en kode eller nøkkel',
	again: 'Velg nytt passord med oppsettkoden',
	name: 'Navn',
	password: 'Passord',
	logIn: 'Logg inn',
	loggingIn: 'Logger inn …',
	guests: 'Gjester og seere trenger ingen konto: de åpner lenken de har fått.',
	code: 'Kode eller nøkkel',
	demo: 'Dette studioet kjører som demo og har ingen kontoer. Lenker og nøkler ble skrevet ut da det startet.',
	codeHint: 'Den som er logget inn, kan vise en kode på siden Min konto. En tekniker lager nøkler.',
	setup: {
		first: 'Velkommen. Opprett teknikerkontoen',
		again: 'Velg nytt passord for en tekniker',
		before: 'Oppsettkoden viser at enheten er din. Du finner den på enhetens konsoll, i tjenestens logg og i filen ',
		after: ' i datamappen.',
		code: 'Oppsettkode',
		password: 'Nytt passord, minst 10 tegn',
		repeat: 'Gjenta passordet',
		action: 'Lagre passordet',
		busy: 'Setter opp …',
		differ: 'Passordene er ikke like.',
		wrong: 'Det er ikke oppsettkoden til dette studioet.',
	},
	wrong: {
		password: 'Feil navn eller passord.',
		code: 'Denne koden gjelder ikke lenger. En kode virker én gang, i fem minutter.',
		token: 'Denne nøkkelen er ikke gyldig.',
	},
};
