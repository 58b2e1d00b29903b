import type { ErrorCode } from '../contract/errorCodes.js';

/** An expected error of a request, with a code of the closed list. `message` names the cause and the remedy; it reaches the client. */
export class StudioError extends Error {
	override readonly name = 'StudioError';

	constructor(
		readonly code: ErrorCode,
		message: string,
		readonly detail?: unknown,
		/** Seconds until a retry makes sense (Retry-After). */
		readonly retryAfterS?: number,
	) {
		super(message);
	}
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
