import type { Guest } from '../en/guest.js';

export const guest: Guest = {
	retry: 'Prøv igjen',

	closed: {
		title: 'Du kan ikke bli med via denne lenken',
		noInvite: 'Denne siden trenger en invitasjonslenke. Be studioet om en og åpne hele lenken, med alt som står etter #-tegnet.',
		badInvite: 'Denne invitasjonen gjelder ikke lenger. Be studioet om en ny lenke.',
		removedTitle: 'Studioet har fjernet deg',
		removed: 'Denne invitasjonen gjelder ikke lenger. Var det en feil, så be studioet om en ny lenke.',
		elsewhereTitle: 'Du er med i en annen fane',
		elsewhere: 'Bilde og lyd kommer derfra nå. Du kan lukke denne fanen, eller fortsette her i stedet.',
		here: 'Fortsett her',
	},

	door: {
		name: 'Navnet ditt',
		knock: 'Be om å få bli med',
		waiting: 'Venter på at studioet slipper deg inn …',
		seen: (name: string) => `De ser navnet ditt: ${name}. La denne siden stå åpen.`,
		cancel: 'Avbryt',
		refused: 'Studioet slapp deg ikke inn.',
		gaveWay: 'Mange venter, og en annen har fått plassen din. Spør på nytt for å vente videre.',
	},

	reach: {
		cannot: 'Bilde og lyd når ikke fram til studioet herfra',
		maybe: 'Det er ikke sikkert at bilde og lyd når fram til studioet herfra',
		pagesOnly: 'Denne siden er lastet over en rute som ikke kan overføre bilde og lyd.',
		remedy:
			'Be studioet sette opp en TURN-server, eller et videresendt portområde, på siden Nettverk; last deretter denne siden på nytt.',
		depends: 'Det kommer an på nettet ditt. Kommer du ikke gjennom, be studioet sette opp en TURN-server på siden Nettverk.',
		here: 'Er du på samme nett som studioet, åpne denne i stedet:',
	},

	setup: {
		title: 'Sjekk bilde og lyd, og bli med',
		headphones: 'Bruk hodetelefoner: da hører ikke mikrofonen din studioet.',
		left: 'Du har forlatt studioet. Du kan bli med igjen når du vil.',
		join: 'Bli med',
		joinAgain: 'Bli med igjen',
		joinWithoutCamera: 'Bli med uten bilde',
		waitingForDevices: 'Tillat kamera og mikrofon først: nettleseren spør deg nå.',
	},

	self: {
		label: 'Deg',
		waiting: 'Venter på kameraet ditt …',
		none: 'Ikke noe bilde',
		noCamera: 'Ikke noe kamera: du blir med bare med lyd',
		off: 'Kameraet ditt er av',
		muted: 'Lyden er av',
		sharing: 'Du deler skjermen din',
		paused: 'Telefonen har satt kameraet på pause. Det kommer tilbake av seg selv.',
	},

	devices: {
		camera: 'Kamera',
		microphone: 'Mikrofon',
		speaker: 'Høyttaler eller hodetelefoner',
		noCamera: 'Ikke noe kamera',
		noMicrophone: 'Ingen mikrofon',
		nth: (kind, n) => `${kind} ${n}`,
		standard: 'Systemstandard',
	},

	check: {
		meter: 'Mikrofonnivå',
		speak: 'Si noe: stripen beveger seg når mikrofonen virker.',
		heard: 'Vi hører deg.',
		quiet: 'Vi hører deg ikke ennå. Snakk høyere, velg en annen mikrofon, eller se etter en lydbryter på hodesettet.',
		loud: 'Veldig høyt: flytt deg litt bakover, eller skru ned mikrofonen.',
		none: 'Ingen mikrofon: ingen vil høre deg.',
	},

	settings: {
		title: 'Kamera og lyd',
		more: 'Flere innstillinger',
		mirror: 'Speilvend bildet mitt (bare for meg)',
		echoCancellation: 'Fjern ekko',
		noiseSuppression: 'Fjern støy',
		autoGainControl: 'Jevn ut volumet mitt',
		music: 'Slå disse av for musikk.',
		size: 'Bildestørrelse',
		sizes: { 360: 'Liten (360p)', 720: 'Vanlig (720p)', 1080: 'Stor (1080p)' },
		bitrate: 'Grense for opplasting',
		automatic: 'Automatisk',
		mbit: (mbit) => `${String(mbit).replace('.', ',')} Mbit/s`,
	},

	reasons: {
		insecure: {
			title: 'Nettleseren tillater ikke kamera på denne adressen',
			remedy:
				'Kamera virker bare på adresser som begynner med https://. Be om en ny invitasjonslenke, eller sett https:// foran denne.',
		},
		'no-device': {
			title: 'Fant verken kamera eller mikrofon',
			remedy:
				'Koble til et kamera eller et hodesett og prøv igjen. På en jobbmaskin kan de være slått av med en tast eller et deksel.',
		},
		denied: {
			title: 'Kamera og mikrofon er sperret',
			remedy:
				'Trykk på kamera- eller låsikonet ved siden av adressen, tillat kamera og mikrofon, og prøv igjen. ' +
				'Finner du det ikke, så se i systeminnstillingene under personvern.',
		},
		busy: {
			title: 'Kameraet eller mikrofonen er i bruk',
			remedy: 'En annen app eller fane bruker det (en videosamtale?). Lukk det, eller velg en annen enhet, og prøv igjen.',
		},
		unknown: {
			title: 'Kameraet eller mikrofonen lot seg ikke starte',
			remedy: 'Koble det fra og til igjen, eller velg et annet, og prøv igjen.',
		},
	},

	state: {
		connecting: 'Kobler til studioet …',
		waiting: 'Kobler til igjen automatisk …',
		seesAndHears: 'Du er med. Studioet ser og hører deg.',
		sees: 'Du er med. Studioet ser deg; ingen hører deg.',
		hears: 'Du er med. Studioet hører deg; ingen ser deg.',
		neither: 'Du er med. Studioet verken ser eller hører deg.',
		nothing: 'Du er med, men verken bilde eller lyd kommer fram fra denne enheten.',
		offline: 'Denne enheten har ikke nett.',
		lost: 'Forbindelsen ble brutt.',
		'no-path': 'Fant ingen vei for bilde og lyd. Er denne enheten på samme nett som studioet?',
		'no-media': 'Tilkoblet, men ingenting kommer fram.',
		unanswered: 'Studioet svarer ikke. Sjekk nettet ditt.',
		unusable: 'Denne nettleseren kan ikke bruke forbindelsen. Prøv en annen, for eksempel Chrome, Firefox eller Safari.',
		refused: 'Studioet slapp deg ikke inn.',
		detail: 'Til teknikeren:',
	},
	refusals: {
		unauthorized: 'Denne invitasjonen gjelder ikke lenger. Be studioet om en ny lenke.',
		revoked: 'Studioet har trukket tilbake denne invitasjonen. Be om en ny.',
		forbidden: 'Denne invitasjonen gjelder en annen plass. Be studioet om en ny lenke.',
		'not-found': 'Studioet kjenner ikke denne plassen. Be om en ny lenke.',
		'no-slot': 'Studioet har ingen ledig plass.',
		busy: 'Studioet er fullt akkurat nå.',
		'not-on-air': 'Studioet starter.',
		'rate-limited': 'For mange forsøk. Siden prøver igjen om et øyeblikk.',
		'unsupported-media': 'Studioet kan ikke bruke bildet eller lyden fra denne nettleseren. Prøv Chrome, Firefox eller Safari.',
	},

	tally: {
		label: 'Bildet ditt i sendingen',
		off: 'Ikke på lufta',
		preview: 'Gjør deg klar: du er neste',
		program: 'PÅ LUFTA',
		unknown: 'Venter på studioet',
		titlePreview: 'Neste',
		titleProgram: 'PÅ LUFTA',
	},

	notices: {
		revoked:
			'Studioet har trukket tilbake invitasjonen din. Du er fortsatt tilkoblet, men uten meldinger. For å komme tilbake senere trenger du en ny.',
		muted: 'Studioet har slått av lyden din.',
		cap: (mbit) => `Studioet har begrenset bildet ditt til ${String(mbit).replace('.', ',')} Mbit/s.`,
	},

	studio: {
		label: 'Bildet fra studioet',
		waiting: 'Bildet fra studioet kommer om et øyeblikk …',
		lost: 'Bildet fra studioet er borte. Det kommer tilbake av seg selv.',
		soundOnly:
			'Du hører studioet, men denne nettleseren kan ikke vise bildet derfra: den mangler H.264. I Firefox: slå på OpenH264 under Utvidelser → Programtillegg og last siden på nytt, eller bruk en annen nettleser.',
		volume: 'Volum fra studioet',
		percent: (percent) => `${percent} prosent`,
		headphones: 'Bruk hodetelefoner, så de andre ikke hører seg selv gjennom mikrofonen din.',
		listen: 'Slå på lyden',
		blocked: 'Nettleseren holder lyden av til du trykker her.',
	},

	controls: {
		label: 'Mikrofonen og kameraet ditt',
		mute: 'Lyd av',
		unmute: 'Lyd på',
		cameraOff: 'Kamera av',
		cameraOn: 'Kamera på',
		switchCamera: 'Bytt kamera',
		share: 'Del skjerm',
		unshare: 'Slutt å dele',
		leave: 'Legg på',
	},

	messages: {
		title: 'Meldinger',
		empty: 'Her står det du og studioet skriver til hverandre.',
		studio: 'Studio',
		you: 'Du',
		field: 'Melding til studioet',
		send: 'Send',
		gotIt: 'Forstått',
		offline: 'Ingen forbindelse for meldinger. Den kommer tilbake av seg selv.',
		tooFast: 'For mange meldinger. Vent litt og send igjen.',
		refused: 'Meldingen ble avvist. Prøv en kortere.',
	},

	quality: {
		title: 'Forbindelse',
		good: 'God',
		fair: 'Ustabil',
		poor: 'Dårlig',
		none: 'Ikke tilkoblet',
		loss: 'Noe av bildet og lyden din går tapt. Flytt deg nærmere ruteren, eller bruk kabel.',
		delay: 'Forsinkelsen til studioet er stor: andre hører deg sent.',
		slow: 'Nettet ditt er tregt: bildet blir mykere. Et mindre bilde kan hjelpe.',
		cpu: 'Denne enheten er på grensen. Lukk andre apper, eller velg et mindre bilde.',
		frames: 'Bildet ditt hakker.',
		roundTrip: 'Rundturstid',
		lost: 'Pakketap',
		sent: 'Mottatt av studioet',
		picture: 'Mottatt bilde',
		way: 'Vei',
		ms: (ms) => `${ms} ms`,
		percent: (percent) => `${String(percent).replace('.', ',')} %`,
		rate: (mbit) => `${mbit.replace('.', ',')} Mbit/s`,
		size: (width, height, fps) => `${width} × ${height}, ${fps} bilder/s`,
		paths: { lan: 'direkte, på samme nett', direct: 'direkte, over internett', relay: 'via et relé på internett' },
	},
};
