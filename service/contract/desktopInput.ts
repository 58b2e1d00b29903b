/**
 * What crosses the data channels `input` (ordered, reliable) and `motion` (unordered, no retransmission) of a desktop, or the socket
 * itself without WebRTC.
 */
import { z } from 'zod';
import { unit } from './values.js';

/** Bits of `mods`: the modifiers that are down on the peer's own keyboard. */
export const modifierBits = { shift: 1, control: 2, alt: 4, super: 8, altGr: 16 } as const;

/** Characters of one `text` message, and bytes (UTF-8) of a clipboard. */
export const mostTyped = 4096;
export const mostClipboardBytes = 131_072;
const mostHeld = 32;

/** An X11 keysym: what the key means, whatever keyboard it is on. */
const keysym = z.number().int().min(1).max(0x1fff_ffff);
const peer = z.string().max(64);

/** Peer → device on `input`. */
export const inputMessageSchema = z.discriminatedUnion('type', [
	z.object({ type: z.literal('key'), keysym, down: z.boolean(), mods: z.number().int().min(0).max(31) }),
	/** Every 100 ms while any key is down, and once with none when the page loses the focus: what is not in it is up. */
	z.object({ type: z.literal('held'), keysyms: z.array(keysym).max(mostHeld) }),
	/** 1 left, 2 middle, 3 right, 8 back, 9 forward; the wheel has its own message. */
	z.object({
		type: z.literal('button'),
		button: z.union([1, 2, 3, 8, 9].map((n) => z.literal(n))),
		down: z.boolean(),
		x: unit,
		y: unit,
	}),
	/** Pixels, as browsers count them: 100 or 120 a notch. */
	z.object({ type: z.literal('wheel'), dx: z.number().min(-10_000).max(10_000), dy: z.number().min(-10_000).max(10_000) }),
	/** Of an input method, a phone's keyboard, or a paste that is to be typed. */
	z.object({ type: z.literal('text'), text: z.string().min(1).max(mostTyped) }),
	z.object({ type: z.literal('clipboard'), text: z.string().max(mostClipboardBytes) }),
	/** May I control? */
	z.object({ type: z.literal('request') }),
	/** Control for me alone. */
	z.object({ type: z.literal('take') }),
	/** The answer to a request; from the one who controls alone, it also hands that over. */
	z.object({ type: z.literal('grant'), peer }),
	/** The answer to a request, or the right taken back. */
	z.object({ type: z.literal('refuse'), peer }),
	/** I do not need it any more. */
	z.object({ type: z.literal('release') }),
	/** Lets every key and button go, whoever holds them. */
	z.object({ type: z.literal('reset') }),
	z.object({ type: z.literal('ping'), t: z.number() }),
]);
export type InputMessage = z.infer<typeof inputMessageSchema>;
export const inputTypes: ReadonlySet<string> = new Set(inputMessageSchema.options.map(({ shape }) => shape.type.value));

/** Peer → device on `motion`. */
export const motionMessageSchema = z.object({ x: unit, y: unit });

/** look: sees. control: may type and point. operator: also decides who may. */
export const desktopRights = ['look', 'control', 'operator'] as const;
export type DesktopRight = (typeof desktopRights)[number];

export interface DesktopPresence {
	peer: string;
	name: string;
	right: DesktopRight;
	/** Waits for an answer to its request. */
	asking: boolean;
}

/** Device → peer on `input`. */
export type DeviceMessage =
	/** `mine`: what this peer types and points counts now. `holder` controls alone (mode exclusive). */
	| { type: 'control'; holder: string | null; mode: 'shared' | 'exclusive'; mine: boolean }
	| { type: 'peers'; peers: DesktopPresence[] }
	/** Somebody asks; goes to those who may answer. */
	| { type: 'request'; peer: string; name: string }
	/** This peer's request was refused. */
	| { type: 'refuse' }
	/** Where the pointer of another peer is. */
	| { type: 'pointer'; peer: string; x: number; y: number }
	/** The shape of the pointer; without `png` it is one that this peer has. PNG in base64, hot spot in its pixels. */
	| { type: 'cursor'; id: number; png?: string; hotX: number; hotY: number }
	| { type: 'clipboard'; text: string }
	/** Keys that are down on the desktop, of all peers. */
	| { type: 'held'; keysyms: number[] }
	| { type: 'pong'; t: number };
