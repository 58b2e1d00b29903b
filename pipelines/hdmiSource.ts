import { type Canvas, videoCaps } from './canvas.js';
import { caps, chain, element } from './launch.js';
import { linkAddress } from './links.js';

export interface HdmiSourceOptions {
	instance: string;
	id: string;
	canvas: Canvas;
	/** Video node, e.g. `/dev/video0`. */
	device: string;
	/** Node of the bridge chip that knows the signal where the video node does not. */
	subdev?: string;
	/** Its place on the bus as the device reports it, when known. */
	busInfo?: string;
	/** V4L2 name of a pixel format; default: the cheapest. */
	format?: string;
}

/**
 * A capture device, whatever its size and rate, is brought to the canvas once, at the edge. The caps behind the converter never
 * change, so that a camera that changes its format disturbs nobody.
 */
export function hdmiSource(o: HdmiSourceOptions): string {
	const { width, height, fpsNum, fpsDen } = o.canvas;
	return chain(
		element('r58v4l2src', {
			name: 'capture',
			device: o.device,
			subdev: o.subdev,
			'bus-info': o.busInfo,
			format: o.format,
			width,
			height,
			framerate: `${fpsNum}/${fpsDen}`,
		}),
		element('videoconvertscale', { 'add-borders': true }),
		// The chroma site too: left open, it would follow the input and with it the link's caps.
		caps(`${videoCaps(o.canvas)},chroma-site=mpeg2`),
		element('r58linksink', { name: 'video', address: linkAddress(o.instance, `${o.id}.video`) }),
	);
}
