/** Messages between the service and a host process over Node's IPC channel. */
import type { Commanded } from './commands.js';

export const hostRoles = ['source', 'mixer', 'encoder', 'recorder', 'target', 'streamer'] as const;
export type HostRole = (typeof hostRoles)[number];

/** Service → host. */
export type HostRequest =
	/** The first message, once: become this role and run this description. */
	| { type: 'start'; role: HostRole; name: string; launch: string }
	/** Before `start`: runs this description briefly, for what it loads and makes once per process. */
	| { type: 'warm'; launch: string }
	/** Sets the property `command` of an r58 element. */
	| { type: 'command'; element: keyof Commanded; command: Commanded[keyof Commanded] }
	/** Sends end-of-stream and lets the pipeline drain; answered by `eos`. */
	| { type: 'drain' }
	/** Stops the pipeline and ends the process. */
	| { type: 'stop' };

/** Host → service. */
export type HostEvent =
	/** The process is up and GStreamer is loaded; it is ready for a description. */
	| { type: 'idle' }
	/** The pipeline is playing. */
	| { type: 'ready' }
	/** The description cannot run; the process ends with `exitCodes.refused`. */
	| { type: 'refused'; reason: string }
	/** An event of an r58 element; the service checks its data. */
	| { type: 'event'; element: string; event: string; data: unknown }
	/** The pipeline failed; the process ends with `exitCodes.failed`. */
	| { type: 'error'; element: string; message: string }
	| { type: 'warning'; element: string; message: string }
	| { type: 'eos' };

export const exitCodes = { refused: 42, failed: 43, orphaned: 44 } as const;

/** Process title of a host, so that an operator finds it in any process list. */
export function hostTitle(role: HostRole, name: string): string {
	return `r58-host ${role} ${name}`;
}
