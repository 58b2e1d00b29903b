import { aacCaps, h264Caps } from './canvas.js';
import { chain, element, pipeline } from './launch.js';
import { linkAddress, type Stream } from './links.js';

export interface RecorderOptions {
	instance: string;
	/** Links of picture and sound. */
	video: Stream;
	audio: Stream;
	/** Absolute path of the file to write. */
	path: string;
	/** Absolute monotonic time of the key frame the file starts with, decimal ns. */
	startPtsNs: string;
	/** Absolute monotonic time from which sound is taken, if later (when the previous part has the sound before it). */
	soundPtsNs?: string;
}

/**
 * Picture and sound into fragmented MP4. A fragment is at most half a second and goes to the kernel at once, so that the file of
 * a killed writer plays up to its last fragment.
 */
export function recorder(o: RecorderOptions): string {
	const link = (name: string, stream: Stream, format: string, startPtsNs: string) =>
		element('r58linksrc', {
			name,
			address: linkAddress(o.instance, stream),
			caps: format,
			mode: 'encoded',
			start: 'pts',
			'start-pts': startPtsNs,
			'pts-origin': o.startPtsNs,
		});
	const sound = link('audio', o.audio, aacCaps, o.soundPtsNs ?? o.startPtsNs);
	const wait = { 'max-size-buffers': 0, 'max-size-bytes': 0, 'max-size-time': 10_000_000_000 };
	return pipeline(
		chain(link('video', o.video, h264Caps, o.startPtsNs), element('queue', wait), element('h264parse'), 'mux.'),
		chain(sound, element('queue', wait), element('aacparse'), 'mux.'),
		chain(
			element('mp4mux', { name: 'mux', 'fragment-duration': 500, 'fragment-mode': 'dash-or-mss' }),
			element('r58tracktime'),
			element('filesink', { name: 'file', location: o.path, async: false, sync: false, 'buffer-mode': 'unbuffered' }),
		),
	);
}
