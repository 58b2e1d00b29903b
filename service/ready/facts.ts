import type { Certificates } from '../contract/certificates.js';
import type { Finding } from '../contract/ready.js';
import type { State } from '../contract/state.js';

/** What the mixer sees of a source's picture. */
export interface Movement {
	/** Frames per second over some seconds; null until there are enough. */
	fps: number | null;
	/** Since the last frame, ms. */
	ageMs: number;
	/** Since the picture last changed, ms; null when not measured. */
	stillMs: number | null;
	/** The brightest point, 0–255; null when not measured. */
	peakLuma: number | null;
}

/** Result of an active test, and when. */
export interface Tested extends Finding {
	at: string;
}

/** Of the machine; null: cannot be measured here. */
export interface MachineFacts {
	temperatureC: number | null;
	/** The clock is synchronised. */
	clockSynchronised: boolean | null;
}

/** Everything the checks look at, at one moment. */
export interface Facts {
	state: Readonly<State>;
	onAir: boolean;
	movement: (source: string) => Movement | null;
	/** Since a strip last had sound, ms; null: not since listening began, `listeningMs` ago. */
	heardMs: (strip: string) => number | null;
	listeningMs: number;
	/** A strip without sound for this long counts as silent. */
	quietMs: number;
	tested: (id: string) => Tested | null;
	certificates: Certificates;
	machine: MachineFacts;
	now: Date;
}
