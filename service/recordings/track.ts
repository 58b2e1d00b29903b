import type { Stream } from '../../pipelines/links.js';
import type { KeyFrames } from '../encoders/keyFrames.js';

/** Picture and sound that are recorded together, in files of their own. */
export interface RecordedTrack {
	/** Where they are read. */
	link: { video: Stream; audio: Stream };
	/** Where a file can begin. */
	keyFrames: KeyFrames;
	/** What the names of its files begin with. */
	prefix: string;
	/** The source that is recorded; null: the program. */
	source: string | null;
}

/** `program-001.mp4` */
export function partName(prefix: string, part: number): string {
	return `${prefix}-${String(part).padStart(3, '0')}.mp4`;
}

/** The track and part in a file's name; null when it is no such file. */
export function partOf(name: string): { prefix: string; part: number } | null {
	const [, prefix, part] = /^(.+)-(\d+)\.mp4$/.exec(name) ?? [];
	return prefix !== undefined && Number(part) > 0 ? { prefix, part: Number(part) } : null;
}
