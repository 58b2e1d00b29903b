/** Why a camera or microphone cannot be used; the words are in the catalogue, by code. */
export interface Reason {
	code: 'insecure' | 'no-device' | 'denied' | 'busy' | 'unknown';
	/** What the browser said, where the code says nothing. */
	detail: string | null;
}

/** From the DOMException that getUserMedia threw. */
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
