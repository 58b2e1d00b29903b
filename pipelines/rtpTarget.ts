import { h264Caps, opusCaps } from './canvas.js';
import { chain, element, pipeline } from './launch.js';
import { linkAddress, type Stream } from './links.js';
import { h264Payloader, opusPayloader } from './streamer.js';

export interface RtpTargetOptions {
	instance: string;
	/** Address or name of the receiver. */
	host: string;
	videoPort: number | null;
	audioPort: number | null;
}

/** The program as plain RTP over UDP: H.264 as payload type 96, Opus as 111, each to its own port. */
export function rtpTarget(o: RtpTargetOptions): string {
	const out = (name: string, stream: Stream, format: string, payloader: string, port: number) =>
		chain(
			element('r58linksrc', { address: linkAddress(o.instance, stream), caps: format, mode: 'encoded', start: 'live' }),
			payloader,
			element('r58meter', { name }),
			element('udpsink', { host: o.host, port, sync: false, async: false }),
		);
	return pipeline(
		o.videoPort !== null && out('video', 'program.h264', h264Caps, h264Payloader(), o.videoPort),
		o.audioPort !== null && out('audio', 'program.opus', opusCaps, opusPayloader(), o.audioPort),
	);
}
