import { audioCaps, type Canvas, h264Caps, opusCaps, videoCaps } from './canvas.js';
import { opusEncoder } from './encoder.js';
import { caps, chain, element, pad, pipeline } from './launch.js';
import { linkAddress, linkElement, type Stream } from './links.js';
import { type VideoEncoder, videoEncoder } from './videoEncoder.js';

export interface StreamerOptions {
	instance: string;
	maxPeers: number;
}

/** The program to any number of viewers, from the one encode. */
export function programStreamer(o: StreamerOptions): string {
	return pipeline(
		webrtc(o),
		chain(encodedLink(o.instance, 'program.h264', h264Caps), h264Payloader(), pad('rtc', 'video')),
		chain(encodedLink(o.instance, 'program.opus', opusCaps), opusPayloader(), pad('rtc', 'audio_main')),
	);
}

/** All guest returns: the program picture, and for each slot the program sound without that slot. A slot without a guest costs nothing. */
export function returnStreamer(o: StreamerOptions & { slots: number; opusKbps: number }): string {
	const minus = (slot: number) =>
		chain(
			element('r58linksrc', {
				name: `n1-${slot}`,
				address: linkAddress(o.instance, `n1-${slot}.audio`),
				caps: audioCaps,
				fill: false,
			}),
			opusEncoder(o.opusKbps),
			opusPayloader(),
			pad('rtc', `audio_${slot}`),
		);
	return pipeline(
		webrtc(o),
		chain(encodedLink(o.instance, 'program.h264', h264Caps), h264Payloader(), pad('rtc', 'video')),
		...Array.from({ length: o.slots }, (_, slot) => minus(slot)),
	);
}

/** Preview and all sources in one picture, mixed, encoded and sent by one process whose failure affects nothing else. */
export function multiviewStreamer(
	o: StreamerOptions & { canvas: Canvas; slots: number; video: VideoEncoder; videoKbps: number },
): string {
	return pipeline(
		webrtc(o),
		chain(
			element('r58mixer', { name: 'mixer', caps: videoCaps(o.canvas), slots: o.slots, audio: false }),
			element('queue', { 'max-size-buffers': 2, 'max-size-bytes': 0, 'max-size-time': 0, leaky: 'downstream' }),
			videoEncoder(o.video, o.canvas, o.videoKbps),
			caps(`${h264Caps},profile=constrained-baseline`),
			element('r58meter', { name: 'encoded' }),
			h264Payloader(),
			pad('rtc', 'video'),
		),
	);
}

function webrtc(o: StreamerOptions): string {
	return element('r58webrtc', {
		name: 'rtc',
		mode: 'send',
		'max-peers': o.maxPeers,
	});
}

function encodedLink(instance: string, stream: Stream, format: string): string {
	return element('r58linksrc', {
		name: linkElement(stream),
		address: linkAddress(instance, stream),
		caps: format,
		mode: 'encoded',
		start: 'live',
	});
}

export function h264Payloader(): string {
	return chain(
		element('h264parse'),
		element('rtph264pay', { pt: 96, mtu: 1200, 'config-interval': -1, 'aggregate-mode': 'zero-latency' }),
	);
}

export function opusPayloader(): string {
	return element('rtpopuspay', { pt: 111 });
}
