/** Texts that the pages of guests and viewers need too. English sets the type: a missing text is a compile error. */
export const common = {
	/** By the page names in service/contract/pages. */
	pages: {
		switcher: 'Switcher',
		inputs: 'Inputs',
		targets: 'Targets',
		recordings: 'Recordings',
		ready: 'Ready',
		showLog: 'Show log',
		system: 'System',
		network: 'Network',
		settings: 'Settings',
		users: 'Accounts',
		health: 'Health',
		systemLog: 'System log',
		account: 'My account',
		join: 'Join',
		watch: 'Watch',
		login: 'Log in',
	},
	/** Link to the docs. */
	help: 'Help',
	language: 'Language',
	colours: { auto: 'Colours: system default', dark: 'Colours: dark', light: 'Colours: light' },
	sessionEnded: 'Your session has ended. Log in again; the show goes on.',
	operatorsOnly: (role: string) => `This page is for operators. You are logged in as ${role}.`,
	/** By HTTP status; 0: no answer. */
	refusals: {
		0: 'The studio does not answer. Check the network.',
		400: 'The studio did not understand the request.',
		401: 'This link or token is no longer valid. Ask for a new one.',
		403: 'This link or token does not allow that.',
		404: 'That no longer exists in the studio.',
		409: 'That is not possible right now.',
		413: 'The request is too large for the studio.',
		415: 'The studio does not accept this type of request.',
		422: 'The studio cannot use the video or audio format this browser offers.',
		429: 'Too many attempts. Wait a moment and try again.',
		500: 'The studio had an internal error.',
		503: 'The studio has no capacity for this right now.',
	},
	status: (status: number) => `The studio answered with status ${status}.`,
	timedOut: 'The studio did not answer in time.',
	unreadable: 'The studio’s answer could not be read.',
	connection: {
		noPath: 'No path for picture and sound was found. Is this device on the same network?',
		lost: 'The connection was lost.',
		noMedia: 'Connected, but no picture is arriving.',
		again: 'Trying again…',
		unusable: (reason: string) => `This browser cannot use the connection: ${reason}`,
		lacksH264:
			'This browser cannot show the picture: it lacks H.264. In Firefox, turn on OpenH264 under Add-ons → Plugins and reload this page, or use another browser.',
		relayLogin: (url: string) => `The relay server (${url}) rejects the login.`,
		relayError: (url: string, error: string) => `The relay server (${url}) answers with error ${error}.`,
		relayLost: (url: string) => `The relay server (${url}) cannot be reached from this network.`,
	},
	watch: {
		noLink:
			'This page needs a watch link. Ask the studio for one and open the complete link, including everything after the # sign.',
		live: (streamer: string) => `${streamer}, live`,
		unmute: 'Tap for sound',
		fullScreen: 'Full screen',
		soundOnly: 'You hear the sound.',
		connecting: 'Connecting…',
	},
};
export type Common = typeof common;
