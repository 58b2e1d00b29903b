import type { EventEmitter } from 'node:events';
import type { DesktopRight, DeviceMessage } from '../contract/desktopInput.js';

/** Who looks at a desktop, as whoever carries its messages knows it. */
export interface DesktopPeerOptions {
	/** Unique among the peers of one desktop. */
	id: string;
	/** For the other peers. */
	name: string;
	right: DesktopRight;
	send(message: DeviceMessage): void;
	/** What it sends breaks the rules: its connection is to end with this reason. Nothing of it counts any more. */
	drop(reason: string): void;
}

/** One peer's place at a desktop. */
export interface DesktopPeer {
	/** A message as it came, JSON read and nothing checked. */
	message(channel: 'input' | 'motion', value: unknown): void;
	/** Its rights were changed from outside. */
	setRight(right: DesktopRight): void;
	/** Idempotent: all that it holds is let go. */
	leave(): void;
}

/** What the peers of one desktop type and point becomes one keyboard and one pointer. */
export interface DesktopInput {
	join(peer: DesktopPeerOptions): DesktopPeer;
}

export interface DesktopEvents {
	/** Pictures of it can be captured, now or again: X server, window manager and command run. */
	ready: [];
	/** Its X server is gone; `ready` follows by itself, or not at all when `wrong` says so. */
	down: [reason: string];
}

/** One X display that is captured and shared. It lives until `stop`, whoever comes and goes. */
export interface Desktop extends EventEmitter<DesktopEvents> {
	/** `desktop-…` */
	readonly id: string;
	readonly width: number;
	readonly height: number;
	readonly ready: boolean;
	/** What is the matter, for people; null when nothing is. */
	readonly wrong: string | null;
	/** Where it is captured, e.g. `:104`, and the file that admits to it; null while there is no X server. */
	readonly display: { name: string; xauthority: string | null } | null;
	readonly input: DesktopInput;
	start(): void;
	/** Idempotent; resolves when nothing of it runs any more. */
	stop(): Promise<void>;
}
