/** What a browser says of STUN and TURN servers, in words: RFC 8656 §18 codes, and 701 for one that was not reached. */
export function serverTrouble(errors: readonly { url: string; errorCode: number; errorText: string }[]): string | null {
	const refused = errors.find(({ errorCode, url }) => url.startsWith('turn') && errorCode !== 701);
	if (refused) {
		const login = refused.errorCode === 401 || refused.errorCode === 441;
		const why = login ? 'refuses the login it was given' : `answers with error ${refused.errorCode} ${refused.errorText}`.trim();
		return `The relay server (${refused.url}) ${why}.`;
	}
	const lost = errors.find(({ errorCode, url }) => url.startsWith('turn') && errorCode === 701);
	return lost ? `The relay server (${lost.url}) cannot be reached from this network.` : null;
}
