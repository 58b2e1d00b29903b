import { type Canvas, videoCaps } from './canvas.js';
import { caps, chain, element, type PropertyValue } from './launch.js';

/** A video encoder as the table (service/encoders/table.ts) describes it. */
export interface VideoEncoder {
	/** The GStreamer element that encodes. */
	element: string;
	hardware: boolean;
	/** Properties for a picture and a bitrate, in the element's own units. */
	properties(canvas: Canvas, kbps: number): Record<string, PropertyValue>;
	/** Converts the mixer's frames to what the element takes; none when it takes them as they are. */
	before?(canvas: Canvas): string;
	/** Converts its stream to a byte stream of whole frames; none when it already is one. */
	after?(canvas: Canvas): string;
}

/** Raw frames to H.264: the encoder with everything it needs around it. */
export function videoEncoder(encoder: VideoEncoder, canvas: Canvas, kbps: number): string {
	return chain(
		encoder.before?.(canvas),
		element(encoder.element, { name: 'encoder', ...encoder.properties(canvas, kbps) }),
		encoder.after?.(canvas),
	);
}

/** A moving picture through an encoder, to see whether frames come out (`encoded` counts them). */
export function encoderProbe(encoder: VideoEncoder, canvas: Canvas, kbps: number): string {
	return chain(
		element('videotestsrc', { 'is-live': true }),
		caps(videoCaps(canvas)),
		videoEncoder(encoder, canvas, kbps),
		element('r58meter', { name: 'encoded' }),
		element('fakesink', { sync: false, async: false }),
	);
}
