import { audioCaps, type Canvas, fpsOf, h264Caps, videoCaps } from './canvas.js';
import { caps, chain, element, pipeline } from './launch.js';
import { linkAddress, linkElement, type Stream } from './links.js';
import { type VideoEncoder, videoEncoder } from './videoEncoder.js';

export interface EncoderOptions {
	instance: string;
	canvas: Canvas;
	video: VideoEncoder;
	videoKbps: number;
	/** AAC of the recording and the Opus of viewers, kbit/s. */
	aacKbps: number;
	opusKbps: number;
}

/** avenc_aac puts 1024 samples of priming in front; without an edit list players would play sound that much late. */
const AAC_PRIMING_NS = Math.round((1024 / 48_000) * 1e9);
/** libopus looks 6.5 ms ahead at 48 kHz with the audio application (RFC 7845 §4.2, measured 312 samples). */
const OPUS_LOOKAHEAD_NS = Math.round((312 / 48_000) * 1e9);

/** 10 s of pre-roll, from the key frame before, with time to start the recorder. */
export const HISTORY_MS = 16_000;

/** One encode of the program, for everybody: H.264, AAC for files, Opus for viewers. */
export function encoder(o: EncoderOptions): string {
	const raw = (stream: Stream, format: string, hold: number) =>
		element('r58linksrc', { name: linkElement(stream), address: linkAddress(o.instance, stream), caps: format, hold });
	const out = (stream: Stream, ptsOffsetNs = 0) =>
		element('r58linksink', {
			name: linkElement(stream),
			address: linkAddress(o.instance, stream),
			mode: 'encoded',
			'pts-offset': ptsOffsetNs || undefined,
			'history-ms': HISTORY_MS,
		});
	return pipeline(
		chain(
			// A busy machine may hold the encoder up for some frames; it catches up rather than lose them.
			raw('program.video', videoCaps(o.canvas), 10),
			videoEncoder(o.video, o.canvas, o.videoKbps),
			caps(`${h264Caps},profile=constrained-baseline`),
			out('program.h264'),
		),
		chain(raw('program.audio', audioCaps, 8), element('tee', { name: 'sound' })),
		chain(
			'sound.',
			element('queue', { 'max-size-buffers': 50, 'max-size-time': 0, 'max-size-bytes': 0 }),
			element('audioconvert'),
			element('avenc_aac', { bitrate: o.aacKbps * 1000 }),
			element('aacparse'),
			caps('audio/mpeg,mpegversion=4,stream-format=adts'),
			out('program.aac', -AAC_PRIMING_NS),
		),
		chain(
			'sound.',
			element('queue', { 'max-size-buffers': 50, 'max-size-time': 0, 'max-size-bytes': 0 }),
			opusEncoder(o.opusKbps),
			out('program.opus', -OPUS_LOOKAHEAD_NS),
		),
	);
}

/** Opus as viewers and guests get it: 20 ms, in-band FEC, never silent on the wire. */
export function opusEncoder(kbps: number): string {
	return chain(
		element('audioconvert'),
		element('audioresample'),
		element('opusenc', { bitrate: kbps * 1000, 'frame-size': 20, 'inband-fec': true, 'packet-loss-percentage': 5, dtx: false }),
	);
}

/** A bitrate that suits the picture, kbit/s: 0.09 bit a pixel, at least 800. */
export function videoKbpsFor(canvas: Canvas): number {
	return Math.max(800, Math.round((canvas.width * canvas.height * fpsOf(canvas) * 0.09) / 100_000) * 100);
}
