/** Why a camera or microphone cannot be used, and what to do: for people who have never heard of either API. */
export interface Reason {
	code: 'insecure' | 'no-device' | 'denied' | 'busy' | 'unknown';
	title: string;
	remedy: string;
}

export const insecure: Reason = {
	code: 'insecure',
	title: 'The browser allows no camera on this address',
	remedy:
		'Cameras work only on addresses that begin with https://. Ask for a new invite link, or put https:// in front of this one.',
};

/** From the name of the DOMException that getUserMedia threw. */
export function reasonOf(name: string, message = ''): Reason {
	switch (name) {
		case 'NotFoundError':
		case 'OverconstrainedError':
			return {
				code: 'no-device',
				title: 'No camera and no microphone found',
				remedy:
					'Connect a camera or a headset, then try again. In a company laptop they may be switched off by a key or a shutter.',
			};
		case 'NotAllowedError':
		case 'SecurityError':
			return {
				code: 'denied',
				title: 'Camera and microphone are blocked',
				remedy:
					'Tap the camera or lock sign beside the address, allow camera and microphone, then try again. ' +
					'If it is not there, look in the system settings under privacy.',
			};
		case 'NotReadableError':
		case 'AbortError':
			return {
				code: 'busy',
				title: 'The camera or microphone is in use',
				remedy: 'Another program or tab holds it (a video call?). Close that, or choose another device, then try again.',
			};
		default:
			return {
				code: 'unknown',
				title: 'The camera or microphone could not be started',
				remedy: `Unplug it and plug it in again, or choose another one, then try again. (${message || name})`,
			};
	}
}
