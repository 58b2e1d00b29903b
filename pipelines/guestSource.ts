import { type Canvas, videoCaps } from './canvas.js';
import { caps, chain, element, pad, pipeline } from './launch.js';
import { linkAddress } from './links.js';
import { deinterlacer, opusDecoder, videoDecoders } from './rtpSource.js';

export interface GuestSourceOptions {
	instance: string;
	id: string;
	canvas: Canvas;
	/** As answered; null when the guest sends none. */
	video: 'H264' | 'VP8' | null;
	audio: boolean;
}

/** A guest by WHIP: RTP in, decoded, brought to the canvas once, out on two links. */
export function guestSource(o: GuestSourceOptions): string {
	return pipeline(
		element('r58webrtc', { name: 'rtc', mode: 'receive' }),
		o.video !== null &&
			chain(
				pad('rtc', 'video_src'),
				videoDecoders[o.video === 'H264' ? 'h264' : 'vp8'](o.canvas),
				element('r58meter', { name: 'picture' }),
				o.video === 'H264' && deinterlacer(o.canvas),
				element('videoconvertscale', { 'add-borders': true }),
				// The guest's own rate stays: the mixer takes the newest frame.
				caps(videoCaps(o.canvas).replace(/,framerate=[^,]+/, '')),
				element('r58linksink', { name: 'video', address: linkAddress(o.instance, `${o.id}.video`) }),
			),
		o.audio &&
			chain(
				pad('rtc', 'audio_src'),
				opusDecoder(),
				element('r58linksink', { name: 'audio', address: linkAddress(o.instance, `${o.id}.audio`) }),
			),
	);
}

/**
 * What takes long once per process, for a process that waits for a guest: plugins, decoders, and the key of the DTLS certificate
 * (RSA, 80 to 300 ms).
 */
export function guestWarmUp(): string {
	const canvas = { width: 1920, height: 1080, fpsNum: 30, fpsDen: 1 };
	const sink = () => element('fakesink', { async: false });
	return pipeline(
		element('r58webrtc', { name: 'rtc', mode: 'receive' }),
		chain(pad('rtc', 'video_src'), videoDecoders.h264(canvas), element('deinterlace'), element('videoconvertscale'), sink()),
		chain(pad('rtc', 'audio_src'), opusDecoder(), sink()),
	);
}
