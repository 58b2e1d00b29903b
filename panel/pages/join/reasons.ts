/** Why a camera or microphone cannot be used; worded in the texts, by code. */
export interface Reason {
	code: 'insecure' | 'no-device' | 'denied' | 'busy' | 'unknown';
	/** The browser's own message, for an unknown error. */
	detail: string | null;
}

/** From a DOMException thrown by getUserMedia. */
export function reasonOf(name: string, message = ''): Reason {
	switch (name) {
		case 'NotFoundError':
		case 'OverconstrainedError':
			return { code: 'no-device', detail: null };
		case 'NotAllowedError':
		case 'SecurityError':
			return { code: 'denied', detail: null };
		case 'NotReadableError':
		case 'AbortError':
			return { code: 'busy', detail: null };
		default:
			return { code: 'unknown', detail: message || name };
	}
}
