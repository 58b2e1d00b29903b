import type { ErrorCode } from '../contract/errorCodes.js';

/** What can go wrong on request, with a code of the closed list. `message` names the thing and the remedy; it reaches the client. */
export class StudioError extends Error {
	override readonly name = 'StudioError';

	constructor(
		readonly code: ErrorCode,
		message: string,
		readonly detail?: unknown,
		/** Seconds after which trying again makes sense (Retry-After). */
		readonly retryAfterS?: number,
	) {
		super(message);
	}
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
