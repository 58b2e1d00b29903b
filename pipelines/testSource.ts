import { type Canvas, videoCaps } from './canvas.js';
import { chain, element, pad, pipeline } from './launch.js';
import { linkAddress } from './links.js';

export interface TestSourceOptions {
	instance: string;
	id: string;
	canvas: Canvas;
	/** Border colour, `#rrggbb`. */
	colour: string;
	toneHz: number;
	label: string;
	/** A white flash and a beep at each whole second of the monotonic clock. */
	flash?: boolean;
}

/** A moving test picture with a frame counter, and a tone; stands in for an HDMI input in the demo show. */
export function testSource(o: TestSourceOptions): string {
	return pipeline(
		element('r58testsrc', {
			name: 'test',
			'video-caps': videoCaps(o.canvas),
			colour: o.colour,
			'tone-hz': o.toneHz,
			label: o.label,
			flash: o.flash,
		}),
		chain(pad('test', 'video'), element('r58linksink', { name: 'video', address: linkAddress(o.instance, `${o.id}.video`) })),
		chain(pad('test', 'audio'), element('r58linksink', { name: 'audio', address: linkAddress(o.instance, `${o.id}.audio`) })),
	);
}
