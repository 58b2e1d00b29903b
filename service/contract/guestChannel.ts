/**
 * What crosses the live channel of a guest's page (WS /api/guests/:id/events): the state of this guest, and messages both ways.
 * Nothing about anybody else.
 */
import { z } from 'zod';
import { messageLimit } from './guestProtocol.js';
import { humanText } from './humanText.js';

const text = humanText(messageLimit);

export const guestMessageSchema = z.object({
	/** Counts up from 1 within one guest's conversation. */
	id: z.number().int(),
	from: z.enum(['studio', 'guest']),
	text,
	at: z.string(),
});
export type GuestMessage = z.infer<typeof guestMessageSchema>;
export const guestMessagePostSchema = z.strictObject({ text });

/** Size and rate of the decoded picture, as it arrives. */
export const guestVideoSchema = z.object({ width: z.number().int(), height: z.number().int(), fps: z.number() });

export const tallies = ['off', 'preview', 'program'] as const;
export type GuestTally = (typeof tallies)[number];

/** What a guest's page knows about its own seat. */
export interface GuestStatus {
	name: string;
	tally: GuestTally;
	/** The operator has muted this guest's sound. */
	muted: boolean;
	/** The operator's cap on the video bitrate; null = no cap. */
	maxKbps: number | null;
	state: 'invited' | 'connecting' | 'connected' | 'lost';
	path: 'lan' | 'direct' | 'relay' | null;
	rttMs: number | null;
	lossPct: number | null;
	kbps: number | null;
	video: z.infer<typeof guestVideoSchema> | null;
	/** Connected, but no picture or sound has arrived for more than a second. */
	nothingSent: boolean;
	lastError: string | null;
	/** The newest studio message that the guest has confirmed. */
	seenMessage: number;
}

/** Server → guest. `messages` starts with the conversation so far, then has each new one; a `status` replaces the previous one. */
export type GuestEvent =
	| { type: 'messages'; messages: GuestMessage[] }
	| { type: 'message'; message: GuestMessage }
	| { type: 'status'; status: GuestStatus }
	/** The operator removed this guest: the invite no longer works. The socket closes. */
	| { type: 'removed' }
	| { type: 'pong' }
	| { type: 'error'; code: string; message: string };

/** Guest → server. */
export const guestRequestSchema = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('ping') }),
	z.strictObject({ type: z.literal('message'), text }),
	/** The guest has seen the studio's messages up to this one. */
	z.strictObject({ type: z.literal('seen'), id: z.number().int().min(0) }),
]);
export type GuestRequest = z.infer<typeof guestRequestSchema>;
