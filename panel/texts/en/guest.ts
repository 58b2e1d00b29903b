/** Texts of the guest's page. English sets the type: a text missing in another language is a compile error. */
export const guest = {
	retry: 'Try again',

	closed: {
		title: 'You cannot join with this link',
		noInvite:
			'This page needs an invite link. Ask the studio for one and open the complete link, including everything after the # sign.',
		badInvite: 'This invite is no longer valid. Ask the studio for a new link.',
		removedTitle: 'The studio has removed you',
		removed: 'This invite is no longer valid. If that was a mistake, ask the studio for a new link.',
		elsewhereTitle: 'You have joined in another tab',
		elsewhere: 'Picture and sound come from there now. You can close this tab, or continue here instead.',
		here: 'Continue here',
	},

	door: {
		name: 'Your name',
		knock: 'Ask to join',
		waiting: 'Waiting for the studio to let you in…',
		seen: (name: string) => `They see your name: ${name}. Keep this page open.`,
		cancel: 'Cancel',
		refused: 'The studio did not let you in.',
		gaveWay: 'Many people are waiting, and your place went to someone else. Ask again to keep waiting.',
	},

	reach: {
		cannot: 'Picture and sound cannot reach the studio from here',
		maybe: 'Picture and sound may not reach the studio from here',
		pagesOnly: 'This page was loaded over a route that cannot carry picture and sound.',
		remedy: 'Ask the studio to set up a TURN server, or forward a port range, on its Network page. Then reload this page.',
		depends: 'It depends on your network. If it does not connect, ask the studio to set up a TURN server on its Network page.',
		here: 'If you are on the same network as the studio, open this instead:',
	},

	setup: {
		title: 'Check picture and sound, then join',
		headphones: 'Use headphones, so that your microphone does not pick up the studio.',
		left: 'You have left the studio. You can join again whenever you like.',
		join: 'Join',
		joinAgain: 'Join again',
		joinWithoutCamera: 'Join with sound only',
		waitingForDevices: 'Allow camera and microphone first: the browser is asking you.',
	},

	self: {
		label: 'You',
		waiting: 'Waiting for your camera…',
		none: 'No picture',
		noCamera: 'No camera: you join with sound only',
		off: 'Your camera is off',
		muted: 'Muted',
		sharing: 'You are sharing your screen',
		paused: 'Your phone has paused the camera. It comes back by itself.',
	},

	devices: {
		camera: 'Camera',
		microphone: 'Microphone',
		speaker: 'Speaker or headphones',
		noCamera: 'No camera',
		noMicrophone: 'No microphone',
		nth: (kind: string, n: number) => `${kind} ${n}`,
		standard: 'System default',
	},

	check: {
		meter: 'Microphone level',
		speak: 'Say something: the bar moves when your microphone works.',
		heard: 'We hear you.',
		quiet: 'We cannot hear you yet. Speak up, choose another microphone, or look for a mute switch on your headset.',
		loud: 'Very loud: move back a little, or turn your microphone down.',
		none: 'No microphone: nobody will hear you.',
	},

	settings: {
		title: 'Camera and sound',
		more: 'More settings',
		mirror: 'Mirror my picture (only for me)',
		echoCancellation: 'Remove echo',
		noiseSuppression: 'Remove noise',
		autoGainControl: 'Even out my volume',
		music: 'Turn these off for music.',
		size: 'Size of my picture',
		sizes: { 360: 'Small (360p)', 720: 'Normal (720p)', 1080: 'Large (1080p)' },
		bitrate: 'Upload limit',
		automatic: 'Automatic',
		mbit: (mbit: number) => `${mbit} Mbit/s`,
	},

	reasons: {
		insecure: {
			title: 'The browser does not allow cameras at this address',
			remedy:
				'Cameras work only on addresses that begin with https://. Ask for a new invite link, or put https:// in front of this one.',
		},
		'no-device': {
			title: 'No camera and no microphone found',
			remedy:
				'Connect a camera or a headset, then try again. On a company laptop, a key or a shutter may have switched them off.',
		},
		denied: {
			title: 'Camera and microphone are blocked',
			remedy:
				'Tap the camera or lock icon next to the address, allow camera and microphone, then try again. ' +
				'If there is none, check the privacy section of the system settings.',
		},
		busy: {
			title: 'The camera or microphone is in use',
			remedy: 'Another app or tab is using it (a video call?). Close it, or choose another device, then try again.',
		},
		unknown: {
			title: 'The camera or microphone could not be started',
			remedy: 'Unplug it and plug it in again, or choose another one, then try again.',
		},
	},

	state: {
		connecting: 'Connecting to the studio…',
		waiting: 'Reconnecting automatically…',
		seesAndHears: 'You are in. The studio sees and hears you.',
		sees: 'You are in. The studio sees you; nobody hears you.',
		hears: 'You are in. The studio hears you; nobody sees you.',
		neither: 'You are in. The studio neither sees nor hears you.',
		nothing: 'You are in, but neither picture nor sound arrives from this device.',
		offline: 'This device has no network.',
		lost: 'The connection was lost.',
		'no-path': 'No path for picture and sound was found. Is this device on the same network as the studio?',
		'no-media': 'Connected, but nothing is arriving.',
		unanswered: 'The studio does not answer. Check your network.',
		unusable: 'This browser cannot use the connection. Try another browser, such as Chrome, Firefox or Safari.',
		refused: 'The studio did not let you in.',
		detail: 'For the technician:',
	},
	/** By the service's error code. */
	refusals: {
		unauthorized: 'This invite is no longer valid. Ask the studio for a new link.',
		revoked: 'The studio has revoked this invite. Ask for a new one.',
		forbidden: 'This invite is for another seat. Ask the studio for a new link.',
		'not-found': 'The studio does not know this seat. Ask for a new link.',
		'no-slot': 'The studio has no free seat.',
		busy: 'The studio is full at the moment.',
		'not-on-air': 'The studio is starting.',
		'rate-limited': 'Too many attempts. The page tries again in a moment.',
		'unsupported-media': 'The studio cannot use the picture or sound of this browser. Try Chrome, Firefox or Safari.',
	},

	tally: {
		label: 'Your picture in the show',
		off: 'Not on air',
		preview: 'Get ready: you are next',
		program: 'ON AIR',
		unknown: 'Waiting for the studio',
		titlePreview: 'Next',
		titleProgram: 'ON AIR',
	},

	notices: {
		revoked:
			'The studio has revoked your invite. You stay connected, but without messages. To come back later you need a new one.',
		muted: 'The studio has muted you.',
		cap: (mbit: number) => `The studio has limited your picture to ${mbit} Mbit/s.`,
	},

	studio: {
		label: 'Picture of the studio',
		waiting: 'The studio’s picture appears here in a moment…',
		lost: 'The studio’s picture is gone. It comes back by itself.',
		soundOnly:
			'You hear the studio, but this browser cannot show its picture: it lacks H.264. In Firefox, turn on OpenH264 under Add-ons → Plugins and reload; or use another browser.',
		volume: 'Volume of the studio',
		percent: (percent: number) => `${percent} percent`,
		headphones: 'Use headphones, so that others do not hear themselves through your microphone.',
		listen: 'Turn the sound on',
		blocked: 'Your browser keeps the sound off until you tap here.',
	},

	controls: {
		label: 'Your microphone and camera',
		mute: 'Mute',
		unmute: 'Unmute',
		cameraOff: 'Camera off',
		cameraOn: 'Camera on',
		switchCamera: 'Switch camera',
		share: 'Share screen',
		unshare: 'Stop sharing',
		leave: 'Hang up',
	},

	messages: {
		title: 'Messages',
		empty: 'What you and the studio write to each other appears here.',
		studio: 'Studio',
		you: 'You',
		field: 'Message to the studio',
		send: 'Send',
		gotIt: 'Got it',
		offline: 'No connection for messages. It comes back by itself.',
		tooFast: 'Too many messages. Wait a moment, then send again.',
		refused: 'The message was rejected. Try a shorter one.',
	},

	quality: {
		title: 'Connection',
		good: 'Good',
		fair: 'Unstable',
		poor: 'Poor',
		none: 'Not connected',
		loss: 'Some of your picture and sound is getting lost. Move closer to the Wi-Fi router, or use a cable.',
		delay: 'The delay to the studio is long: others hear you late.',
		slow: 'Your network is slow: the picture gets softer. A smaller picture may help.',
		cpu: 'This device is at its limit. Close other apps, or choose a smaller picture.',
		frames: 'Your video is stuttering.',
		roundTrip: 'Round trip',
		lost: 'Packet loss',
		sent: 'Received by the studio',
		picture: 'Picture received',
		way: 'Path',
		ms: (ms: number) => `${ms} ms`,
		percent: (percent: number) => `${percent} %`,
		rate: (mbit: string) => `${mbit} Mbit/s`,
		size: (width: number, height: number, fps: number) => `${width} × ${height}, ${fps} fps`,
		paths: { lan: 'direct, on the same network', direct: 'direct, over the internet', relay: 'through a relay on the internet' },
	},
};

export type Guest = typeof guest;
