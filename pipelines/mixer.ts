import { type Canvas, videoCaps } from './canvas.js';
import { chain, element, pad, pipeline } from './launch.js';
import { linkAddress, linkElement, type Stream } from './links.js';

export interface MixerOptions {
	instance: string;
	canvas: Canvas;
	/** Inputs the mixer can hold; each has an N-1 output. */
	slots: number;
}

/** The program: picture, sound and one N-1 per slot. It reads the sources' links itself. */
export function mixer(o: MixerOptions): string {
	const out = (stream: Stream) => element('r58linksink', { name: linkElement(stream), address: linkAddress(o.instance, stream) });
	return pipeline(
		element('r58mixer', { name: 'mixer', caps: videoCaps(o.canvas), slots: o.slots, realtime: true }),
		chain(pad('mixer', 'video'), out('program.video')),
		chain(pad('mixer', 'audio'), out('program.audio')),
		...Array.from({ length: o.slots }, (_, slot) => chain(pad('mixer', `n1_${slot}`), out(`n1-${slot}.audio`))),
	);
}
