/** What crosses the events socket (WS /api/events). */
import { z } from 'zod';
import type { ErrorCode } from './errorCodes.js';
import type { State } from './state.js';
import type { HostFigures } from './system.js';

/** Peak dBFS of the last 50 ms by strip (source ids and `master`), [left, right]; −100 is silence. */
export type Levels = Record<string, [number, number]>;

/** Server → client. `changes` are [path, value]; paths are keys joined by dots (`sources.hdmi1.state`), null removes. */
export type EventMessage =
	| { type: 'snapshot'; state: State }
	| { type: 'delta'; seq: number; changes: [string, unknown][] }
	/** 20 times a second to subscribers of `levels`. */
	| { type: 'levels'; levels: Levels }
	/** Once a second to subscribers of `stats`, by `role name`. */
	| { type: 'stats'; hosts: Record<string, HostFigures> }
	| { type: 'pong' }
	| { type: 'error'; code: ErrorCode; message: string };
/** Client → server. Clients ping once a second and treat 2 s of silence as a lost link. */
export const clientMessageSchema = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('subscribe'), topics: z.array(z.enum(['levels', 'stats'])).max(8) }),
	z.strictObject({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
