import { aacCaps, audioCaps, type Canvas, h264Caps, opusCaps, videoCaps } from './canvas.js';

/** The roles of processes that write and read links; `card` is the process of a source's sound card. */
export type LinkRole = 'source' | 'card' | 'mixer' | 'multiview' | 'encoder' | 'recorder' | 'target' | 'program' | 'return';

export interface Link {
	writer: LinkRole;
	readers: readonly LinkRole[];
	/** Caps of what is on it. */
	format: (canvas: Canvas) => string;
}

const sound = () => audioCaps;

/** Every link: who writes it, who reads it, what is on it. Capitals stand for a source's id or a slot's number. */
export const links = {
	'SOURCE.video': { writer: 'source', readers: ['mixer', 'multiview'], format: videoCaps },
	'SOURCE.audio': { writer: 'source', readers: ['mixer'], format: sound },
	'SOURCE.card': { writer: 'card', readers: ['mixer'], format: sound },
	'program.video': { writer: 'mixer', readers: ['encoder'], format: videoCaps },
	'program.audio': { writer: 'mixer', readers: ['encoder'], format: sound },
	'n1-SLOT.audio': { writer: 'mixer', readers: ['return'], format: sound },
	'program.h264': { writer: 'encoder', readers: ['recorder', 'target', 'program', 'return'], format: () => h264Caps },
	'program.aac': { writer: 'encoder', readers: ['recorder'], format: () => aacCaps },
	'program.opus': { writer: 'encoder', readers: ['target', 'program'], format: () => opusCaps },
} as const satisfies Record<string, Link>;
export type LinkName = keyof typeof links;

/** A link of one source or slot, or of the program. */
export type Stream = Exclude<LinkName, `SOURCE.${string}` | `n1-${string}`> | SourceStream | `n1-${number}.audio`;
export type SourceStream = `${string}.${'video' | 'audio' | 'card'}`;

/** Name of a link's abstract socket. `instance` is one run of the service, so that two runs never meet. */
export function linkAddress(instance: string, stream: Stream): string {
	return `r58.${instance}.${stream}`;
}

/** Name of an element on a link: its stream, in characters that a launch description accepts. */
export function linkElement(stream: Stream): string {
	return stream.replace('.', '-');
}

/** The table entry of an address. */
export function linkOf(address: string): LinkName | undefined {
	const stream = address.split('.').slice(2).join('.');
	const name = stream.replace(/^n1-\d+\./, 'n1-SLOT.');
	if (name in links) return name as LinkName;
	const ofSource = `SOURCE.${stream.split('.').at(-1)}`;
	return ofSource in links ? (ofSource as LinkName) : undefined;
}
