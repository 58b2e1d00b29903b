/** Every error code; the list is closed. */
export const errorCodes = [
	'bad-json',
	'invalid',
	'unauthorized',
	'revoked',
	'forbidden',
	'not-found',
	'method-not-allowed',
	'conflict',
	'too-large',
	'unsupported-media-type',
	'bad-sdp',
	'unsupported-media',
	'busy',
	'no-slot',
	'not-on-air',
	'disk',
	'timeout',
	'rate-limited',
	'misdirected',
	'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];
