import { common } from '../../texts/common.js';

/** The browser's STUN and TURN errors in words: RFC 8656 §18 codes, and 701 for an unreachable server. */
export function diagnoseServers(errors: readonly { url: string; errorCode: number; errorText: string }[]): string | null {
	const refused = errors.find(({ errorCode, url }) => url.startsWith('turn') && errorCode !== 701);
	if (refused) {
		const login = refused.errorCode === 401 || refused.errorCode === 441;
		return login
			? common.connection.relayLogin(refused.url)
			: common.connection.relayError(refused.url, `${refused.errorCode} ${refused.errorText}`.trim());
	}
	const lost = errors.find(({ errorCode, url }) => url.startsWith('turn') && errorCode === 701);
	return lost ? common.connection.relayLost(lost.url) : null;
}
