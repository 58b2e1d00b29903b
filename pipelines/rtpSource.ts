import { audioCaps, type Canvas, fpsOf, videoCaps } from './canvas.js';
import { caps, chain, element, pipeline } from './launch.js';
import { linkAddress } from './links.js';

export interface RtpSourceOptions {
	instance: string;
	id: string;
	canvas: Canvas;
	/** Address of this machine on which it listens: 127.0.0.1 or 0.0.0.0. */
	address: string;
	video: { port: number; codec: 'h264' | 'vp8' } | null;
	audio: { port: number } | null;
}

/** A packet that has not arrived by then counts as lost. Not a delay: complete frames go on at once. */
const LOSS_MS = 40;

/**
 * Plain RTP over UDP: one stream per port, any payload type. Without RTCP a stream is timed by the arrival of its packets, so
 * picture and sound are in sync when the sender sends them together (udpsink does).
 */
export function rtpSource(o: RtpSourceOptions): string {
	return pipeline(
		o.video !== null &&
			chain(
				packets(o.address, o.video.port, { media: 'video', rate: 90_000, name: o.video.codec.toUpperCase() }),
				videoDecoders[o.video.codec](o.canvas),
				element('r58meter', { name: 'picture' }),
				o.video.codec === 'h264' && deinterlacer(o.canvas),
				element('videoconvertscale', { 'add-borders': true }),
				// The sender's own rate stays: the mixer takes the newest frame.
				caps(videoCaps(o.canvas).replace(/,framerate=[^,]+/, '')),
				element('r58linksink', { name: 'video', address: linkAddress(o.instance, `${o.id}.video`) }),
			),
		o.audio !== null &&
			chain(
				packets(o.address, o.audio.port, { media: 'audio', rate: 48_000, name: 'OPUS' }),
				opusDecoder(),
				element('r58linksink', { name: 'audio', address: linkAddress(o.instance, `${o.id}.audio`) }),
			),
	);
}

function packets(address: string, port: number, { media, rate, name }: { media: string; rate: number; name: string }): string {
	return chain(
		element('udpsrc', {
			address,
			port,
			reuse: false,
			// A key frame comes in one burst.
			'buffer-size': 2_000_000,
			caps: 'application/x-rtp',
		}),
		element('r58rtpport', {
			name: `${media}-port`,
			caps: `application/x-rtp,media=${media},clock-rate=${rate},encoding-name=${name}`,
		}),
		element('rtpjitterbuffer', { latency: LOSS_MS, 'do-lost': true }),
	);
}

/** RTP to raw pictures, without a frame of delay. */
export const videoDecoders = {
	h264: (canvas: Canvas) =>
		chain(
			element('rtph264depay'),
			// From a byte stream the parser of GStreamer 1.22 tears frames of several slices, and the first is lost.
			caps('video/x-h264,stream-format=avc,alignment=au'),
			element('h264parse'),
			sizeLimit(canvas),
			// Frame threads would add a frame of delay each.
			element('avdec_h264', { 'max-threads': 2, 'thread-type': 'slice' }),
		),
	vp8: (canvas: Canvas) => chain(element('rtpvp8depay'), sizeLimit(canvas), element('vp8dec', { threads: 2 })),
};

/** More than twice the canvas each way is useless and costs the decoder memory; Full HD is what cameras send. */
function sizeLimit({ width, height }: Canvas): string {
	return element('r58sizelimit', {
		name: 'picture-size',
		longest: Math.max(2 * Math.max(width, height), 1920),
		shortest: Math.max(2 * Math.min(width, height), 1080),
	});
}

/**
 * Progressive pictures pass untouched. Of interlaced ones (1080i encoders) each field becomes a picture if the canvas has that
 * rate, else each frame does.
 */
export function deinterlacer(canvas: Canvas): string {
	return element('deinterlace', { mode: 'auto', fields: fpsOf(canvas) > 30 ? 'all' : 'top' });
}

/** RTP with Opus to sound on the machine's grid. */
export function opusDecoder(): string {
	return chain(
		element('rtpopusdepay'),
		element('opusdec', { plc: true, 'use-inband-fec': true }),
		element('audioconvert'),
		element('audioresample'),
		caps(audioCaps),
		element('r58drift', { name: 'drift' }),
	);
}
