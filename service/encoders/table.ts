import { fpsOf } from '../../pipelines/canvas.js';
import type { VideoEncoder } from '../../pipelines/videoEncoder.js';

/** Software, on every machine. */
export const x264: VideoEncoder = {
	element: 'x264enc',
	hardware: false,
	properties: (canvas, kbps) => ({
		tune: 'zerolatency',
		'speed-preset': 'superfast',
		bitrate: kbps,
		// Three frames of buffer: with one and a half, x264 used 72 to 90 % of the bitrate asked for (measured at 720p30).
		'vbv-buf-capacity': Math.ceil(3000 / fpsOf(canvas)),
		'key-int-max': Math.round(fpsOf(canvas)),
		bframes: 0,
		ref: 1,
		'byte-stream': true,
		// With access unit delimiters in the stream Chromium keeps asking for a key frame twice a second.
		aud: false,
		threads: 2,
	}),
};

/** The encoders the product knows, best first; the last is taken when no other makes frames. A hardware encoder is one more entry. */
export const videoEncoders: readonly [...VideoEncoder[], VideoEncoder] = [x264];
