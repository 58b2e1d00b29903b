import { STATUS_CODES } from 'node:http';
import type { Context } from 'koa';
import type { ErrorCode } from '../contract/errorCodes.js';
import type { StudioError } from '../util/errors.js';

export const statusOf: Record<ErrorCode, number> = {
	'bad-json': 400,
	invalid: 400,
	unauthorized: 401,
	revoked: 401,
	forbidden: 403,
	'not-found': 404,
	'method-not-allowed': 405,
	conflict: 409,
	'too-large': 413,
	'unsupported-media-type': 415,
	'bad-sdp': 400,
	'unsupported-media': 422,
	busy: 503,
	'no-slot': 503,
	'not-on-air': 503,
	disk: 507,
	timeout: 504,
	'rate-limited': 429,
	misdirected: 421,
	internal: 500,
};
/** Errors that mean "later", with the default Retry-After in seconds. */
const retryAfterS: Record<number, number> = { 429: 60, 503: 2, 504: 2 };

/** Answers with an error: `{"error":{code,message,detail?}}`, or problem+json (RFC 9457) for WHIP and WHEP. */
export function answerError(
	context: Context,
	{ code, message, detail, retryAfterS: seconds }: StudioError,
	problem: boolean,
): void {
	/* The WHEP draft wants 409 for a stream that is not there yet. */
	const status = code === 'not-on-air' && context.path.startsWith('/whep/') ? 409 : statusOf[code];
	context.status = status;
	if (status === 401) context.set('WWW-Authenticate', 'Bearer');
	const retry = seconds ?? retryAfterS[statusOf[code]];
	if (retry !== undefined) context.set('Retry-After', String(Math.ceil(retry)));
	if (problem) {
		context.body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code });
		context.type = 'application/problem+json';
	} else {
		context.body = { error: { code, message, ...(detail === undefined ? {} : { detail }) } };
	}
}
