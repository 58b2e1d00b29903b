/** Asks for stereo: Chromium decodes Opus as mono unless its own SDP says otherwise (RFC 7587 §7). */
export function withStereo(sdp: string): string {
	const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp)?.[1];
	if (opus === undefined) return sdp;
	return sdp.replace(new RegExp(`^(a=fmtp:${opus} (?!.*\\bstereo=).*?)(\\r?)$`, 'm'), '$1;stereo=1$2');
}

export interface Codec {
	mimeType: string;
	sdpFmtpLine?: string;
}

/**
 * H.264 first (constrained baseline in packetisation mode 1 before the rest), then VP8, then their repair formats; others are
 * dropped.
 */
export function preferred<T extends Codec>(codecs: readonly T[]): T[] {
	const rank = ({ mimeType, sdpFmtpLine = '' }: Codec): number => {
		const name = mimeType.toLowerCase();
		if (name === 'video/vp8') return 3;
		if (/rtx|red|ulpfec|flexfec/.test(name)) return 4;
		if (name !== 'video/h264') return -1;
		if (!/packetization-mode=1/.test(sdpFmtpLine)) return 2;
		return /profile-level-id=42e0/i.test(sdpFmtpLine) ? 0 : 1;
	};
	return codecs.filter((codec) => rank(codec) >= 0).sort((a, b) => rank(a) - rank(b));
}

/** Removes the bandwidth lines: they would hold for the whole session, but a cap may be lifted before it ends. */
export function withoutCap(sdp: string): string {
	return sdp.replace(/^b=(AS|TIAS):\d+\r?\n/gm, '');
}
