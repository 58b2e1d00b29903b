import type { account as Account } from '../en/account.js';

export const account: typeof Account = {
	who: 'Hvem du er',
	byToken: 'med en lenke eller nøkkel',
	all: 'Alle kontoer …',
	phone: {
		title: 'Logg inn en telefon',
		before: 'En telefon som skanner koden, logges inn som ',
		after: '. Koden virker én gang, i fem minutter.',
		another: 'Ny kode',
		show: 'Vis en kode',
		qr: 'QR-kode som logger inn en telefon',
		or: 'Eller åpne',
		type: 'og skriv',
		left: (time) => `${time} igjen. Den som har koden, kan opptre som deg: ikke vis den til noen andre.`,
	},
	where: 'Hvor du er logget inn',
	endOthers: 'Logg ut alle andre steder',
	endOthersAsk: 'Logge ut alle andre steder?',
	endOthersText:
		'Alle de andre nettleserne dine må logge inn igjen. Koder, nøkler og seerlenker som er laget der, slutter også å virke. Sendingen fortsetter.',
	noOthers: 'Ingen annen nettleser er logget inn som deg.',
	othersHidden: 'Andre som bruker samme lenke, vises ikke.',
	password: {
		title: 'Passord',
		current: 'Nåværende passord',
		next: 'Nytt passord, minst 10 tegn',
		repeat: 'Gjenta passordet',
		action: 'Endre passord',
		busy: 'Endrer …',
		changed: 'Endret. De andre nettleserne dine er logget ut, og nøkler og seerlenker som er laget der, virker ikke lenger.',
		differ: 'De nye passordene er ikke like.',
	},
};
