import { fpsOf } from '../../pipelines/canvas.js';
import type { VideoEncoder } from '../../pipelines/encoder.js';

/** The encoders the product knows, best first. A hardware encoder joins by one entry. */
export const videoEncoders: Record<string, VideoEncoder> = {
	x264: {
		element: 'x264enc',
		hardware: false,
		properties: (canvas, kbps) => ({
			tune: 'zerolatency',
			'speed-preset': 'superfast',
			bitrate: kbps,
			// About one frame of buffer: a picture never waits for an earlier one to drain.
			'vbv-buf-capacity': Math.max(40, Math.ceil(1500 / fpsOf(canvas))),
			'key-int-max': Math.round(fpsOf(canvas)),
			bframes: 0,
			ref: 1,
			'byte-stream': true,
			// With access unit delimiters in the stream Chromium asks for a key frame twice a second, for ever.
			aud: false,
			threads: 2,
		}),
	},
};
