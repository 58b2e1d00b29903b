import type { EntryKind } from '../../../service/contract/entryKinds.js';
import type { FaultParams, FaultWords } from '../../../service/contract/faultKinds.js';
import { type Remedy, type RemedyWords, remedyText } from '../../../service/contract/remedies.js';

const remedies: RemedyWords = {
	'build-plugin': () => 'Bygg plugin-modulen: npm run build',
	'install-package': (name) => `Installer Debian-pakken ${name}`,
	'install-element': (name) => `Installer GStreamer-modulen som har elementet ${name}`,
	'sound-card': () => 'Koble til lydkortet, eller velg et annet for kilden',
	'receiver-name': () => 'Sjekk navnet på mottakeren og nettverket, eller oppgi adressen',
	'special-target': () =>
		'Oppgi adressen til en annen maskin, eller be en tekniker tillate denne (innstilling: network.specialTargets)',
	'picture-too-large': () =>
		'La avsenderen lage et mindre bilde: ingen side kan være mer enn dobbelt så lang som i programformatet (Full HD går alltid)',
	'sender-format': () =>
		'La avsenderen sende det som er avtalt (H.264 med 8 bit og 4:2:0, eller VP8), med en nøkkelramme hvert 2. sekund; start den på nytt hvis den gjør det',
	'disk-space': () => 'Frigjør plass på disken, eller velg en annen datamappe',
	'link-taken': () =>
		'En annen prosess sitter på denne linken; den overtas så snart den andre avslutter (r58 status viser prosessene)',
	'port-taken': () => 'Et annet program har porten: avslutt det, eller velg en annen port',
	'device-busy': () => 'Et annet program bruker enheten: avslutt det (fuser -v ENHET viser hvilket)',
	'no-permission': () => 'Gi brukeren til tjenesten tilgang til enheten eller mappen (gruppene video, render og audio)',
	'no-signal': () => 'Sjekk kabelen, og at kameraet er på og sender',
	'device-gone': () => 'Enheten er borte: koble den til igjen',
	'device-held': () =>
		'En driver holder den: koble enheten fra og til igjen, eller start maskinen på nytt. Resten av sendingen fortsetter',
	'out-of-memory': () => 'Bruk et mindre bilde eller færre gjester og seere, eller en maskin med mer minne',
	'ssh-host-key': () =>
		'Serveren viser en annen nøkkel enn access.tunnel.hostKey. Er serveren installert på nytt, legg inn den nye nøkkelen; ellers kan noen avlytte forbindelsen',
	'ssh-permission': () => 'Legg den offentlige nøkkelen fra GET /api/tunnel i ~/.ssh/authorized_keys for brukeren på serveren',
	'ssh-forwarding': () => 'Velg en annen port på serveren, eller la sshd videresende denne (AllowTcpForwarding, PermitListen)',
	'ssh-name': () => 'Sjekk navnet på serveren og DNS i dette nettverket',
	'ssh-unreachable': () => 'Sjekk adressen og porten til serveren, og at dette nettverket slipper ut SSH',
};
const advice = (remedy: Remedy | null): string | null => remedyText(remedy, remedies);

const kinds: Record<EntryKind, string> = {
	guests: 'gjestene',
	scenes: 'scenene',
	'RTP sources': 'RTP-kildene',
	targets: 'målene',
	recordings: 'opptakene',
	settings: 'innstillingene',
	tokens: 'tilgangsnøklene',
	accounts: 'kontoene',
};
const inputs: Record<FaultParams<'input'>['code'], { what: string; remedy: string | null }> = {
	device: { what: 'opptaksenheten er frakoblet', remedy: 'Koble til enheten igjen; den kommer tilbake av seg selv' },
	busy: { what: 'et annet program bruker opptaksenheten', remedy: 'Avslutt det andre programmet som henter bilde fra den' },
	format: { what: 'formatet kan ikke brukes', remedy: 'Still kameraet til progressivt bilde på høyst 1080p60 eller 2160p30' },
	stream: { what: 'opptaksenheten gir ikke bilder', remedy: null },
	stalled: { what: 'opptaksenheten har stanset', remedy: null },
};

const failure = ({ reason, lostMs }: FaultParams<'host-restarted'>): string =>
	lostMs === undefined ? reason : `${reason}; ${lostMs} ms av programmet gikk tapt`;
const undecoded = (unsent: number): string =>
	`pakker kommer, men ikke bilde: ${unsent > 0 ? `dekoderen har gitt opp (${unsent} pakker hittil)` : 'ingenting kan dekodes'}`;

export const faults: FaultWords = {
	'off-air': {
		message: () => 'programmet er ikke på lufta: enkoderen lager ingen bilder',
		remedy: () => 'Se feilene til mikseren og enkoderen; er det ingen, start tjenesten på nytt',
	},
	'host-held-off': {
		message: ({ failures, pauseS, ...why }) =>
			`sviktet ${failures} ganger på ett minutt, nytt forsøk om ${pauseS} s: ${failure(why)}`,
		remedy: ({ remedy }) => advice(remedy),
	},
	'host-stuck': {
		message: ({ pid, state }) => `prosess ${pid} dør ikke av SIGKILL: kjernen holder den (tilstand ${state})`,
		remedy: () => advice({ code: 'device-held' }),
	},
	'host-restarted': { message: failure, remedy: ({ remedy }) => advice(remedy) },
	'disk-full': {
		message: ({ name, leftMb, folder }) => `disken er full: opptaket «${name}» ble avsluttet med ${leftMb} MB ledig i ${folder}`,
		remedy: () => 'Slett gamle opptak, eller bruk en større disk',
	},
	'disk-low': {
		message: ({ minutes, recording }) =>
			`disken har plass til omtrent ${minutes} minutter opptak${recording ? ' med bitraten nå' : ''}`,
		remedy: () => 'Last ned og slett gamle opptak, eller bruk en større disk',
	},
	'disk-errors': {
		message: ({ disk, errors }) => `disken ${disk} har meldt ${errors} feil den siste timen`,
		remedy: () => 'Ta vare på det som ligger der nå, og bytt den så ut',
	},
	'recording-stopped': {
		message: ({ name, reason }) => `opptaket «${name}» stanset av seg selv${reason === null ? '' : `: ${reason}`}`,
		remedy: () => 'Start et nytt opptak nå; det som er skrevet, er i orden',
	},
	'recording-lost': {
		message: ({ file, name, backS }) =>
			`filen ${file} i opptaket «${name}» er borte: den er slettet eller flyttet, eller disken er tatt bort. Opptaket fortsetter i en ny fil, som begynner opptil ${backS} s tilbake`,
		remedy: ({ folder }) => `Sett disken eller mappen tilbake til ${folder}, eller let etter filen der den ble flyttet`,
	},
	'recording-gap': {
		message: ({ missingMs }) =>
			`${missingMs} ms av programmet mangler mellom delene: opptakeren var borte lenger enn enkoderen husker`,
		remedy: () => 'Finn ut hvorfor opptakeren ble borte (feilen dens, disken); det som er skrevet, er i orden',
	},
	'recording-folder': {
		message: ({ error }) => `mappen for opptak kan ikke lages: ${error}`,
		remedy: ({ folder }) => `Gjør ${folder} til en mappe som tjenesten kan skrive i`,
	},
	'safe-mode': {
		message: () => 'de tre siste oppstartene krasjet innen to minutter; inngangene er av',
		remedy: () =>
			'Koble fra inngangen som kom til sist, og avslutt sikker modus (siden System, eller POST /api/system/safe-mode)',
	},
	'program-black': {
		message: () => 'programmet er svart, selv om det har kilder',
		remedy: () => 'Klipp til en kilde som har bilde; se så på dem i programmet (deksel på linsen, feil inngang, ikke signal)',
	},
	'program-silent': {
		message: () => 'programmet er stille, selv om lyden er åpen',
		remedy: () => 'Se på målerne: er riktig mikrofon åpen, og gir den nivå? Demp det som skal være stille',
	},
	'clock-not-synchronised': {
		message: () => 'klokken følger ingen tidsserver: tidene på opptak og sertifikater kan være feil',
		remedy: () => 'La enheten nå en tidsserver (timedatectl set-ntp true; UDP-port 123), eller still klokken for hånd',
	},
	temperature: {
		message: ({ sensor, limitC }) => `${sensor} er varmere enn ${limitC} °C`,
		remedy: () =>
			'Gjør luftinntak og vifte fri, flytt enheten til et kjøligere sted, eller gi den mindre å gjøre (færre seere, mindre programformat)',
	},
	throttled: {
		message: ({ parts }) => `maskinen bremser seg selv (${parts}): den er for varm eller får for lite strøm`,
		remedy: () => 'Se på temperaturen; er den lav, bruk strømforsyningen som fulgte med enheten',
	},
	'irq-storm': {
		message: ({ line, limitPerS }) => `avbruddslinje ${line} utløses mer enn ${limitPerS} ganger i sekundet`,
		remedy: () =>
			'Koble fra det som hører til linjen (for en inngang: kabelen), og koble det til igjen; kommer feilen tilbake, bytt det ut',
	},
	'memory-low': {
		message: ({ leftPct }) => `mindre enn ${leftPct} % av minnet er ledig`,
		remedy: () => 'Bruk færre gjester og seere, eller et mindre programformat; avslutt andre programmer på maskinen',
	},
	'no-inputs': {
		message: () => 'fant ingen opptaksenhet',
		remedy: () => 'Koble til en (den kommer av seg selv), eller start med --demo for testbilder',
	},
	input: {
		message: ({ code, reason }) => `${inputs[code].what} (${reason})`,
		remedy: ({ code }) => inputs[code].remedy,
	},
	sound: {
		message: ({ device }) => `lydkortet ${device} er frakoblet`,
		remedy: () => 'Koble det til igjen (det kommer tilbake av seg selv), eller velg et annet kort for kilden',
	},
	'no-slot': {
		message: ({ label }) => `${label} har ingen inngang i mikseren: alle er i bruk`,
		remedy: () => 'Fjern en gjest eller en kilde som ikke trengs; da kommer den inn av seg selv',
	},
	'left-out': {
		message: ({ kind, count, named, more }) =>
			`${count} av ${kinds[kind]} kan ikke brukes og er utelatt: ${named}${more > 0 ? `; og ${more} til` : ''}`,
		remedy: () => 'Lag dem på nytt, eller gjenopprett en sikkerhetskopi; det som er i databasen, blir der',
	},
	'database-damaged': {
		message: ({ keptAs }) => `databasen var skadet og er tatt vare på som ${keptAs}; en ny er startet. Opptakene er ikke rørt`,
		remedy: () => 'Lag scener, gjester og tilgangsnøkler på nytt, eller legg inn en sikkerhetskopi av studio.db',
	},
	'restore-failed': {
		message: ({ error }) => `sikkerhetskopien kunne ikke gjenopprettes, og alt er som før: ${error}`,
		remedy: () => 'Frigjør plass på disken, eller ta en annen sikkerhetskopi',
	},
	settings: {
		message: ({ error }) => error,
		remedy: ({ file, missing }) =>
			missing
				? 'Endre noe på siden Innstillinger, så skrives den på nytt; uten den begynner neste oppstart med standardverdiene'
				: `Rett linjen i ${file} i datamappen, eller bruk en annen fil (r58 config apply FIL); den gjelder straks`,
	},
	sealed: {
		message: ({ secrets, file }) => `${secrets} i ${file} er forseglet av en annen enhet og kan ikke brukes`,
		remedy: () => 'Skriv det inn på nytt',
	},
	'ice-server': {
		message: (server) =>
			server.kind === 'cloudflare'
				? `Cloudflare gir ingen innlogging for TURN: ${server.error}`
				: `${server.kind.toUpperCase()}-serveren «${server.name}»: ${server.error}`,
		remedy: ({ kind }) =>
			kind === 'cloudflare'
				? 'Sjekk nøkkel-ID og API-nøkkel på siden Nettverk'
				: `Test den på siden Nettverk; gjester som trenger ${kind.toUpperCase()}, kan ikke koble til`,
	},
	'guest-decoder': {
		message: ({ name, dropped }) => `${name}: maskinen klarer ikke å dekode hele bildet: ${dropped} pakker er utelatt hittil`,
		remedy: () => 'Be gjesten om et mindre bilde, eller sett en grense på gjestens kort',
	},
	'no-picture': {
		message: ({ name, unsent, reason }) => `${name}: ${reason ?? undecoded(unsent)}`,
		remedy: ({ remedy }) => advice(remedy),
	},
	webhook: {
		message: ({ error }) => `varslene når ikke webhooken: ${error}`,
		remedy: () => 'Sjekk at mottakeren kjører og kan nås, og send en test (siden Helse)',
	},
	certificate: {
		message: (certificate) => {
			if (certificate.of === 'acme') return `ikke noe sertifikat for ${certificate.name}: ${certificate.error}`;
			const { of, problem, date } = certificate;
			const what = of === 'own' ? 'det installerte sertifikatet' : 'utstederen til dette studioet';
			const words = {
				unbounded: `${what} kan signere for ethvert nettsted`,
				early: `${what} gjelder ikke før ${date}: klokken gikk feil da den ble laget`,
				ends: `${what} utløper ${date}`,
				ended: `${what} utløp ${date}`,
			};
			return words[problem];
		},
		remedy: (certificate) => {
			switch (certificate.of) {
				case 'acme':
					return `La http://${certificate.name}/.well-known/acme-challenge/ føre fra internett til studioets vanlige HTTP-port (port 80 videresendt dit). Det prøves igjen av seg selv`;
				case 'authority':
					return 'Lag en ny på siden System når det ikke er sending; hver telefon og datamaskin må godta den på nytt';
				case 'own':
					return 'Installer et nytt på siden System, eller gå tilbake til enhetens sertifikat';
			}
		},
	},
	tunnel: {
		message: ({ error }) => `tunnelen for gjester er nede: ${error}`,
		remedy: ({ remedy }) => advice(remedy),
	},
};
